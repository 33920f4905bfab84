namespace HaConnect.Operations.Reports;

/// <param name="Text">A few sentences.</param>
/// <param name="IsForPeopleToFillIn">Whether it asks the reader to replace it.</param>
internal sealed record ReportParagraph(string Text, bool IsForPeopleToFillIn = false) : ReportBlock;
