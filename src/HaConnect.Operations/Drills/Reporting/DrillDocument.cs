using System.Globalization;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations.Drills.Reporting;

/// <summary>Findings as a report for people. Pure.</summary>
internal static class DrillDocument
{
    internal static ReportDocument Of(DrillFindings f) => new(Title(f), DrillVerdict.Sentence(f), f.Passed,
    [
        Result(f),
        new ReportSection("The write gap", new ReportChart(WriteChart.Svg(f), WriteChart.InWords(f))),
        Timeline(f),
        Integrity(f),
        FirstShape(f),
        new ReportSection("Environment", ReportTable.Facts([.. f.Environment.Select(e => (e.Name, e.Value))])),
        Proven(f),
    ]);

    /// <summary>The rows that the tool's table shows, too.</summary>
    internal static IReadOnlyList<(string Name, string Value)> Figures(DrillFindings f) =>
    [
        (f.Kind == DrillKind.Switchover ? "asked to first acked write (RTO)" : "fault to first acked write (RTO)", $"{DrillNumbers.Seconds(f.RecoverySeconds)}, target {DrillNumbers.Target(f.RecoveryTargetSeconds)}"),
        .. f.Kind == DrillKind.Switchover ? [] : ((string, string)[])[("fault to detection", f.DetectionSeconds is { } detected ? DrillNumbers.Seconds(detected) : "no coordinator has told of it")],
        ("longest write gap", DrillNumbers.Seconds(f.LongestWriteGapSeconds)),
        ("acked writes", DrillNumbers.Count(f.AckedWrites)),
        ("acked writes lost (RPO)", $"{(f.LostWrites is { } lost ? DrillNumbers.Count(lost) : "unknown")}, target {f.LostTarget switch { null => "none set: reported only", 0 => "0", { } some => $"{DrillNumbers.Count(some)} at most" }}"),
        ("failed operations", DrillNumbers.Count(f.FailedOperations)),
        ("unknown outcomes retried", $"{DrillNumbers.Count(f.RetriedUnknown)}, of which {DrillNumbers.Count(f.FoundApplied)} had been applied"),
        ("rows equal on all nodes", f.Integrity is { } integrity ? $"{DrillNumbers.Percent(integrity.Rate)} of {DrillNumbers.Count(integrity.Rows)} compared" : "not compared"),
        ("greatest staleness read", $"{DrillNumbers.Seconds(f.MaxReadStalenessSeconds)}, bound {DrillNumbers.Target(f.MaxReplicaLagSeconds)}"),
        ("reads by node", f.ReadsByNode.Count == 0 ? "none" : string.Join("   ", f.ReadsByNode.Select(n => $"{n.Key} {DrillNumbers.Count(n.Value)}"))),
        ("timeline", string.Create(CultureInfo.InvariantCulture, $"{f.FirstTimeline} -> {f.NewTimeline}, {f.FirstPrimary} -> {f.NewPrimary ?? "none"}{(f.IsInFirstShape ? $" -> {f.FirstPrimary}" : "")}")),
    ];

    private static string Title(DrillFindings f) => string.Create(CultureInfo.InvariantCulture,
        $"Drill of {f.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {Words(f.Kind)} of {(f.IsLocal ? "a throw-away cluster" : f.Cluster)} ({f.Fault})");

    private static string Words(DrillKind kind) => kind switch
    {
        DrillKind.Switchover => "switchover",
        DrillKind.Disaster => "loss of a site",
        _ => "failover",
    };

    private static ReportSection Result(DrillFindings f)
    {
        List<ReportBlock> blocks = [ReportTable.Facts([.. Figures(f)])];
        if (f.Problems.Count > 0)
            blocks.Add(new ReportList([.. f.Problems]));
        if (f.LostKeys.Count > 0)
            blocks.Add(new ReportParagraph($"Lost, as writer/sequence: {string.Join(", ", f.LostKeys)}{(f.LostWrites > f.LostKeys.Count ? ", …" : "")}"));
        if (f.Failures.Count > 0)
            blocks.Add(new ReportList([.. f.Failures.Select(failure => $"failed: {failure}")]));
        if (f.Command is { } command)
        {
            blocks.Add(new ReportParagraph($"The workload was the program {command.Command}, which {(command.ExitCode is { } code ? $"ended with {code.ToString(CultureInfo.InvariantCulture)}" : "was ended with the drill")}. "
                + "What it wrote cannot be counted: all figures are of the drill's own probe beside it, one writer with ten writes a second."));
            if (command.Output.Length > 0)
                blocks.Add(new ReportParagraph($"The end of what it printed: {command.Output}"));
        }

        return new ReportSection("Result", [.. blocks]);
    }

    private static ReportSection Timeline(DrillFindings f) => new("Timeline",
        new ReportTable(["#seconds", "event", "what happened, and why"], [.. f.Timeline.Select(e => (IReadOnlyList<string>)[Time(e.SecondsAfterFault), e.Label, e.Sentence])]),
        new ReportParagraph(f.IsLocal ? "Seconds after the fault, by one clock." : "Seconds after the fault. What coordinators elsewhere have recorded is placed by their own clocks."));

    private static ReportSection Integrity(DrillFindings f) => f.Integrity is not { } integrity
        ? new ReportSection("Integrity", new ReportParagraph("The rows of the nodes were not compared."))
        : new ReportSection("Integrity",
        [
            new ReportTable(["servers", "#rows", "#different", "what differs"], [.. integrity.Pairs.Select(p => (IReadOnlyList<string>)
                [$"{p.Left} and {p.Right}", DrillNumbers.Count(p.Rows), DrillNumbers.Count(p.DifferentRows), p.Different.Count == 0 ? "nothing" : string.Join("; ", p.Different)])]),
            new ReportParagraph("Every row of every table of the application's database at the primary, against each standby, after the cluster was back in its first shape."),
            .. List(integrity.Pairs.SelectMany(p => p.Notes.Select(n => $"{p.Right}: {n}"))),
        ]);

    private static ReportSection FirstShape(DrillFindings f) => new("Back to the first shape",
    [
        new ReportParagraph(f.IsInFirstShape ? $"{f.FirstPrimary} is the primary again, and every other node streams from it." : "The cluster is not in its first shape; see the problems above for what is left to do."),
        .. List(f.BroughtBack),
    ]);

    private static ReportSection Proven(DrillFindings f) => new("What this proves, and what not",
        new ReportList(
        [
            .. f.Kind == DrillKind.Switchover
                ? (string[])[$"That {f.FirstPrimary} could hand over to another node with this workload running, and take over again."]
                : [$"That this fault ({f.Fault}) of this primary, at this moment and with this workload, was survived as the figures say."],
            .. f.NotProven.Select(n => $"Not: {n}"),
        ]));

    private static ReportBlock[] List(IEnumerable<string> items) => items.ToArray() is { Length: > 0 } some ? [new ReportList(some)] : [];

    private static string Time(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:+0.000;-0.000;0.000}");
}
