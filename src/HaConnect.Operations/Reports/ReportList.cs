namespace HaConnect.Operations.Reports;

/// <param name="Items">Each a line or two.</param>
internal sealed record ReportList(params IReadOnlyList<string> Items) : ReportBlock;
