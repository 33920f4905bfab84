using System.Globalization;
using HaConnect.Cli.Output;
using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using Spectre.Console;

namespace HaConnect.Cli.Drilling.History;

/// <summary>A history in the form that is asked for.</summary>
internal static class DrillHistoryOutput
{
    private static readonly string[] s_columns =
    [
        "at", "kind", "cluster", "passed", "local", "counts", "fault", "node", "detection_seconds", "recovery_seconds", "recovery_target_seconds", "write_gap_seconds", "acked_writes", "lost_writes", "verified_rate", "max_lag_seconds", "instance", "by", "sentence",
    ];

    internal static void Print(Terminal terminal, DrillHistory history, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            ToolJson.Write(terminal.Output, DrillHistoryDocument.Of(history), j => j.DrillHistoryDocument);
            return;
        }

        if (format == OutputFormat.Csv)
        {
            Csv.Write(terminal.Output, s_columns);
            foreach (var entry in history.Entries)
                Csv.Write(terminal.Output, Cells(entry, history));
            return;
        }

        foreach (var standing in history.Standings)
            terminal.Console.MarkupLineInterpolated($"{(standing.IsOverdue ? "[red]OVERDUE[/]" : "[green]OK[/]     ")} {standing}");
        terminal.Console.WriteLine(history.Entries.Count == 0 ? "No drill is on record." : "");
        if (history.Entries.Count > 0)
            terminal.Console.Write(Drills(history));
    }

    private static Table Drills(DrillHistory history)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["at (UTC)", "drill", "cluster", "outcome", "recovery", "lost", "what"])
            table.AddColumn(new TableColumn(column) { NoWrap = column != "what" });
        foreach (var (outcome, _, _, _) in history.Entries)
        {
            table.AddRow(
                new Text(outcome.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)), new Text(outcome.Kind.ToString().ToLowerInvariant()), new Text(outcome.Cluster + (outcome.IsLocal ? " (throw-away)" : "")),
                new Markup(outcome.Passed ? "[green]passed[/]" : "[red]failed[/]"), new Text(outcome.Recovery is { } r ? string.Create(CultureInfo.InvariantCulture, $"{r.TotalSeconds:0.000} s") : "-"),
                new Text(outcome.LostWrites?.ToString(CultureInfo.InvariantCulture) ?? "-"), new Text(outcome.Sentence));
        }

        return table;
    }

    private static string?[] Cells(DrillEntry entry, DrillHistory history)
    {
        var o = entry.Outcome;
        return
        [
            o.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), o.Kind.ToString().ToLowerInvariant(), o.Cluster, Word(o.Passed), Word(o.IsLocal), Word(o.Passed && history.Counted.Contains(o)), o.Fault, o.Node,
            Seconds(o.Detection), Seconds(o.Recovery), Seconds(o.RecoveryTarget), Seconds(o.WriteGap), o.AckedWrites?.ToString(CultureInfo.InvariantCulture), o.LostWrites?.ToString(CultureInfo.InvariantCulture),
            o.VerifiedRate?.ToString(CultureInfo.InvariantCulture), Seconds(o.MaxLag), entry.Instance, entry.By, o.Sentence,
        ];
    }

    private static string Word(bool value) => value ? "true" : "false";

    private static string? Seconds(TimeSpan? time) => time?.TotalSeconds.ToString("0.0######", CultureInfo.InvariantCulture);
}
