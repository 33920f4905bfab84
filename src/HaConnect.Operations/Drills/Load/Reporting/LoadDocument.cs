using System.Globalization;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations.Drills.Load;

/// <summary>A load drill as a report for people. Pure.</summary>
internal static class LoadDocument
{
    internal static ReportDocument Of(LoadReport report) => new(
        $"Load drill of {report.Cluster}{(report.IsLocal ? " (a throw-away cluster)" : "")}",
        $"{(report.Passed ? "Passed" : "Failed")}: {report.Sentence}.",
        report.Passed,
        [
            new ReportSection("What was asked for", ReportTable.Facts(
                ("Begun", report.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
                ("Peak", $"{report.Options.Peak}"),
                ("Steps", Text($"{report.Options.Steps} of {report.Options.StepDuration.TotalSeconds:0.#} s, of which {report.Steps.Count} were run")),
                ("Writers", Text($"{report.Options.Writers} at once, rows of {LoadText.Bytes(report.Options.PayloadBytes)}")),
                ("Bound", $"every standby less than {LoadText.Seconds(report.Options.MaxLag)} behind at the peak"),
                ("Caught up", report.CaughtUp is { } time ? $"{LoadText.Seconds(time)} after the last write every standby was proven to have it" : "not proven of every standby within the wait"))),
            new ReportSection("The steps", Steps(report), LoadChart.Of(report), new ReportParagraph(
                "A lag in time is a proven bound, not an estimate: everything acked longer ago was visible on the standby, at each of ten looks a second. A latency is from the begin of a write to its ack, as an application sees it.")),
            new ReportSection("Each standby", Standbys(report)),
            new ReportSection("Each node", [Nodes(report), .. Reasons(report)]),
            .. report.Problems.Count > 0 ? (ReportSection[])[new ReportSection("Left behind", new ReportList(report.Problems))] : [],
        ]);

    /// <summary>A step in a sentence.</summary>
    internal static string InWords(LoadStep step) =>
        Text($"{step.WritesPerSecond:#,0} writes/s acked{(step.WalPerSecond is { } wal ? $", {LoadText.Bytes(wal)}/s of WAL" : "")}, commit {LoadText.Milliseconds(step.Median)} (p99 {LoadText.Milliseconds(step.P99)}), ") +
        (step.Lags.Count == 0 ? "no standby" : string.Join("; ", step.Lags.Select(l => $"{l.Node} up to {LoadText.Seconds(l.Time)} behind"))) + (step.Failed > 0 ? Text($"; {step.Failed:#,0} failed: {step.FirstError}") : "");

    private static ReportTable Steps(LoadReport report) => new(
        ["Asked for", "#Writes/s", "#WAL/s", "#Commit, median", "#Commit, p99", "#Failed", "#Greatest lag"],
        [.. report.Steps.Select(s => (IReadOnlyList<string>)[$"{s.Target}", Text($"{s.WritesPerSecond:#,0}"), s.WalPerSecond is { } wal ? LoadText.Bytes(wal) : LoadText.Unknown, LoadText.Milliseconds(s.Median), LoadText.Milliseconds(s.P99), Text($"{s.Failed:#,0}"), LoadText.Seconds(s.GreatestLag)])]);

    private static ReportTable Standbys(LoadReport report) => new(
        ["Asked for", "Standby", "#Greatest lag", "#Greatest lag in WAL"],
        [.. report.Steps.SelectMany(s => s.Lags.Select(l => (IReadOnlyList<string>)[$"{s.Target}", l.Node, LoadText.Seconds(l.Time), l.Bytes is { } bytes ? LoadText.Bytes(bytes) : LoadText.Unknown]))]);

    private static ReportTable Nodes(LoadReport report) => new(
        ["Asked for", "Node", "#CPU", "#I/O wait", "#Server waits for disk", "#Disk busy", "#Disk free", "#Databases", "#WAL written or replayed/s"],
        [.. report.Steps.SelectMany(s => s.Nodes.Select(n => (IReadOnlyList<string>)[$"{s.Target}", n.Node, LoadText.Percent(n.Cpu), LoadText.Percent(n.IoWait), n.ServerIoWait is { } io ? Text($"{io:0.00} s/s") : LoadText.Unknown,
            LoadText.Percent(n.DiskBusy), n.FreeBytes is { } free ? LoadText.Bytes(free) : LoadText.Unknown, n.DatabaseBytes is { } size ? LoadText.Bytes(size) : LoadText.Unknown, n.WalPerSecond is { } wal ? LoadText.Bytes(wal) : LoadText.Unknown]))]);

    private static IReadOnlyList<ReportBlock> Reasons(LoadReport report)
    {
        string[] reasons = [.. report.Steps.SelectMany(s => s.Nodes).Where(n => n.WhyNot is not null).Select(n => $"{n.Node}: {n.WhyNot}.").Distinct(StringComparer.Ordinal)];
        return reasons.Length == 0 ? [] : [new ReportParagraph("What is not known, and why:"), new ReportList(reasons)];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
