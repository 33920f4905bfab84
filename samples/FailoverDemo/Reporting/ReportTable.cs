using System.Globalization;
using Spectre.Console;

namespace FailoverDemo.Reporting;

/// <summary>The table at the end of a run.</summary>
internal static class ReportTable
{
    public static Table Of(Report report, DemoOptions options)
    {
        var fault = options.Fault == Fault.Kill ? "kill" : "freeze";
        var reads = string.Join("   ", report.ReadsByNode.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Key} {node.Value}")));
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("what").AddColumn("value");
        Row(table, "acked writes", Number(report.AckedWrites), isGood: null);
        Row(table, "lost", report.LostWrites is { } lost ? Number(lost) : "unknown", report.LostWrites is 0 ? true : options.IsAsynchronous ? null : false);
        Row(table, "failed operations", Number(report.FailedOperations), report.FailedOperations == 0);
        Row(table, "unknown outcomes retried", $"{Number(report.RetriedUnknown)}, of which {Number(report.FoundApplied)} had been applied; none was applied twice", isGood: null);
        Row(table, $"{fault} to first write", Seconds(report.KillToFirstWriteSeconds), isGood: null);
        Row(table, "longest write gap", Seconds(report.LongestWriteGapSeconds), isGood: null);
        Row(table, "timeline", $"{report.OldTimeline} -> {report.NewTimeline}, new primary {report.NewPrimary ?? "none"}, rejoined {report.Rejoined}", isGood: null);
        Row(table, "reads by node", reads, isGood: null);
        Row(table, "greatest staleness seen", $"{Seconds(report.MaxReadStalenessSeconds)}, bound {Seconds(report.MaxReplicaLagSeconds)}", report.MaxReadStalenessSeconds <= report.MaxReplicaLagSeconds);
        return table;
    }

    private static void Row(Table table, string what, string value, bool? isGood)
    {
        var text = Markup.Escape(value);
        table.AddRow(Markup.Escape(what), isGood switch { true => $"[green]{text}[/]", false => $"[red]{text}[/]", null => text });
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(double? seconds) => seconds is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some:0.000} s") : "never";
}
