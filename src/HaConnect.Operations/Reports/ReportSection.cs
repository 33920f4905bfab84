namespace HaConnect.Operations.Reports;

/// <param name="Heading">Its name.</param>
/// <param name="Blocks">What is in it, from top to bottom.</param>
internal sealed record ReportSection(string Heading, params IReadOnlyList<ReportBlock> Blocks);
