using System.Globalization;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations.Backups;

/// <summary>A drill for people.</summary>
internal static class DrillReportText
{
    internal static string Verdict(BackupDrillReport report) => report.Passed
        ? string.Create(CultureInfo.InvariantCulture, $"{report.Backup} was restored to {report.Target} in {Words.Of(report.RestoreTime!.Value)}, and proven: {report.Proof}. {report.Tables} tables with {report.Rows} rows were read{(report.ComparedRows - report.DifferentRows is { } equal ? string.Create(CultureInfo.InvariantCulture, $", and {equal} rows are the primary's as of then ({report.ChangedSince} were changed since)") : "")}")
        : report.Findings.FirstOrDefault(f => f.State == CheckState.Critical) is { } worst ? $"Not restored to {report.Target}, or not as wanted: {worst}" : $"Not restored to {report.Target}: {report.Proof}";

    internal static ReportDocument Write(BackupDrillReport report) => new(
        $"Restore drill of {report.Cluster}", report.Verdict, report.Passed,
        new ReportSection("What was done", ReportTable.Facts(
            ("begun", Words.Of(report.At)),
            ("repository", report.Repository),
            ("backup", report.Backup ?? "none"),
            ("target", report.Target),
            ("last commit in the copy", report.LastCommit is { } last ? Words.Of(last) : "unknown"),
            ("stopped before the commit of", report.NextCommit is { } next ? Words.Of(next) : "none"),
            ("replayed up to", report.Lsn ?? "unknown"),
            ("proof", report.Proof ?? "none"),
            ("time to restore", report.RestoreTime is { } time ? $"{Words.Of(time)}{(report.RestoreTimeTarget is { } most ? $", of at most {Words.Of(most)}" : "")}" : "unknown"),
            ("compared with the primary, as of the copy", report.Verification?.ToString() ?? "no"),
            ("read", string.Create(CultureInfo.InvariantCulture, $"{report.Tables} tables, {report.Rows} rows")))),
        new ReportSection("Time", new ReportTable(["part", "#seconds"], [.. report.Phases.Select(p => (IReadOnlyList<string>)[p.Name, p.Duration.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)])])),
        new ReportSection("Found", report.Findings.Count == 0 ? new ReportParagraph("Nothing.") : new ReportTable(["", "subject", "problem"], [.. report.Findings.Select(f => (IReadOnlyList<string>)[f.State.ToString(), f.Subject, f.Problem])])),
        new ReportSection("Notes", report.Notes.Count == 0 ? new ReportParagraph("None.") : new ReportList(report.Notes)));
}
