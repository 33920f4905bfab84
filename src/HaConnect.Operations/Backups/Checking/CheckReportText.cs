using System.Globalization;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations.Backups;

/// <summary>A check of backups for people.</summary>
internal static class CheckReportText
{
    internal static ReportDocument Write(BackupCheckReport report) => new(
        $"Backups of {report.Cluster}", report.Verdict, report.State == CheckState.Ok,
        new ReportSection("What stands", ReportTable.Facts(
            ("checked", Words.Of(report.At)),
            ("repository", report.Repository),
            ("newest usable backup", report.Newest is { } newest ? $"{newest.Name}, {newest.Kind}{(report.Age is { } age ? $", {Words.Of(age)} old" : "")}" : "none"),
            ("recovery point as it stands", report.RecoveryPointAge is { } point ? Sentence(report, point) : "unknown"),
            ("WAL not archived", report.WalAtRisk is { } bytes ? Words.OfSize(bytes) : "unknown"),
            ("segments missing", string.Create(CultureInfo.InvariantCulture, $"{report.MissingSegments}")))),
        new ReportSection("Found", report.Findings.Count == 0 ? new ReportParagraph("Nothing.") : new ReportTable(["", "subject", "problem"], [.. report.Findings.Select(f => (IReadOnlyList<string>)[f.State.ToString(), f.Subject, f.Problem])])),
        new ReportSection("Backups", new ReportTable(["name", "kind", "form", "finished", "#size", "#timeline", "from", "WAL up to", "usable"],
            [.. report.Backups.Select(b => (IReadOnlyList<string>)[b.Name, b.Kind, b.Form, b.FinishedAt is { } at ? Words.Of(at) : "unknown", b.Size is { } size ? Words.OfSize(size) : "unknown",
                string.Create(CultureInfo.InvariantCulture, $"{b.Timeline}"), b.StartLsn ?? "unknown", b.RecoverableTo ?? "unknown", b.IsUsable ? "yes" : $"no: {b.Problem}"])])),
        new ReportSection("Notes", new ReportList(report.Notes)));

    internal static string Sentence(BackupCheckReport report, TimeSpan age) => age == TimeSpan.Zero ? "nothing that was committed would be lost"
        : $"what was committed after {(report.RecoveryPoint is { } at ? Words.Of(at) : "an unknown moment")} would be lost with the primary and all standbys: at most {Words.Of(age)}";
}
