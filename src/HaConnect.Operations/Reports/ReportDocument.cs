namespace HaConnect.Operations.Reports;

/// <summary>A report for people, whatever it is printed as.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Verdict">The outcome, in a sentence.</param>
/// <param name="IsGood">Whether that is what was hoped for; null where it is neither.</param>
/// <param name="Sections">In the order of reading.</param>
internal sealed record ReportDocument(string Title, string Verdict, bool? IsGood, params IReadOnlyList<ReportSection> Sections);
