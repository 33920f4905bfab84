using System.Globalization;

namespace HaConnect.Operations.Integrity;

/// <summary>What a report comes to. Pure.</summary>
internal static class VerificationRules
{
    internal static double Rate(long rows, long notEqual) => rows <= 0 ? 1 : Math.Max(0, rows - notEqual) / (double)rows;

    internal static VerificationVerdict Verdict(VerificationReport report)
    {
        var judged = report.Rows - report.ChangedSince;
        if (report.Notes.Any(n => n.Kind == VerificationNoteKind.Difference) || Rate(judged, report.DifferentRows) < report.Goal)
            return VerificationVerdict.NotMet;
        return report.Notes.Any(n => n.Kind == VerificationNoteKind.NotVerified) || report.Rate < report.Goal ? VerificationVerdict.Unknown : VerificationVerdict.Met;
    }

    internal static string Sentence(VerificationReport report)
    {
        var rows = Text($"{report.Rows:N0} rows in {report.Tables.Count:N0} tables of {report.Left} and {report.Right}");
        var rate = Text($"{Percent(report.Rate)} verified as equal, the goal is {Percent(report.Goal)}");
        string[] parts =
        [
            report.DifferentRows == 0 ? "none differs" : Text($"{report.DifferentRows:N0} differ"),
            .. report.UnjudgedRows == 0 ? (string[])[] : [Text($"{report.UnjudgedRows:N0} could not be judged")],
            .. report.ChangedSince == 0 ? (string[])[] : [Text($"{report.ChangedSince:N0} were changed since the copy")],
            .. Count(report, VerificationNoteKind.Difference) is var others and > 0 ? [Text($"{others:N0} other differences")] : (string[])[],
            .. Count(report, VerificationNoteKind.NotVerified) is var left and > 0 ? [Text($"{left:N0} things could not be verified")] : (string[])[],
        ];
        return $"{rows}: {string.Join(", ", parts)}; {rate}";
    }

    /// <summary>Never rounded up to a whole that it is not.</summary>
    internal static string Percent(double share)
    {
        var percent = Math.Floor(share * 100_000_000) / 1_000_000;
        return percent.ToString("0.######", CultureInfo.InvariantCulture) + " %";
    }

    private static int Count(VerificationReport report, VerificationNoteKind kind) => report.Notes.Count(n => n.Kind == kind);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
