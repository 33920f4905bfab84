namespace HaConnect.Operations.Reports;

/// <param name="Svg">An <c>svg</c> element that needs nothing else; in it every text is escaped already.</param>
/// <param name="InWords">What it shows, for those who cannot see it, and for Markdown.</param>
internal sealed record ReportChart(string Svg, string InWords) : ReportBlock;
