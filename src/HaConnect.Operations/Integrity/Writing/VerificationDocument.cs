using System.Globalization;
using HaConnect.Operations.Reports;

namespace HaConnect.Operations.Integrity;

/// <summary>A report for people.</summary>
internal static class VerificationDocument
{
    internal static ReportDocument Of(VerificationReport report)
    {
        List<ReportSection> sections = [new("What was compared", Facts(report), new ReportParagraph(report.Relation), Tables(report))];
        foreach (var table in report.Tables.Where(t => t.Shown.Count > 0))
            sections.Add(new ReportSection($"Rows of {table.Name} that differ", Shown(report, table)));
        if (report.Notes.Count > 0)
            sections.Add(new ReportSection("To be known", new ReportTable(["", "Table", "What"], [.. report.Notes.Select(n => (IReadOnlyList<string>)[Word(n.Kind), n.Table ?? "", n.Text])])));
        return new ReportDocument($"Verification of {report.Left} and {report.Right}", report.ToString(), report.Verdict switch { VerificationVerdict.Met => true, VerificationVerdict.NotMet => false, _ => null }, sections);
    }

    internal static string Word(VerificationNoteKind kind) => kind switch
    {
        VerificationNoteKind.Note => "note",
        VerificationNoteKind.Difference => "difference",
        VerificationNoteKind.NotVerified => "not verified",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static ReportTable Facts(VerificationReport r) => ReportTable.Facts(
        ("Began", r.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
        ("Took", Text($"{r.Took.TotalSeconds:0.0} s")),
        ("Rows", Text($"{r.Rows:N0}")),
        ("Different", Text($"{r.DifferentRows:N0}")),
        ("Not judged", Text($"{r.UnjudgedRows:N0}")),
        ("Verified as equal", $"{VerificationRules.Percent(r.Rate)}; the goal is {VerificationRules.Percent(r.Goal)}"));

    private static ReportTable Tables(VerificationReport report) => new(
        ["Table", "Compared", "#Rows", "#Different", "#In flux", "#Not judged", "#Changed since", "#Taken over", "#Seconds"],
        [.. report.Tables.Select(t => (IReadOnlyList<string>)[t.Name, t.Method, Text($"{t.Rows:N0}"), Text($"{t.DifferentRows:N0}"), Text($"{t.InFlux:N0}"), Text($"{t.Unjudged:N0}"), Text($"{t.ChangedSince:N0}"), Text($"{t.TakenOver:N0}"), Text($"{t.Took.TotalSeconds:0.0}")])]);

    private static ReportTable Shown(VerificationReport report, VerifiedTable table) => new(
        ["", "Key", "Column", report.Left, report.Right],
        [.. table.Shown.SelectMany(row => row.Columns.Count == 0 ? [[Word(row.Kind), row.Key, "", "", ""]] : row.Columns.Select((c, i) => (IReadOnlyList<string>)[i == 0 ? Word(row.Kind) : "", i == 0 ? row.Key : "", c.Column, Value(c.Left, !report.ShowsValues || row.Kind == RowDifferenceKind.Extra), Value(c.Right, !report.ShowsValues || row.Kind == RowDifferenceKind.Missing)]))]);

    internal static string Word(RowDifferenceKind kind) => kind switch
    {
        RowDifferenceKind.Changed => "changed",
        RowDifferenceKind.Missing => "missing at the right",
        RowDifferenceKind.Extra => "only at the right",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static string Value(string? value, bool isAbsent) => isAbsent ? "" : value ?? "NULL";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
