namespace HaConnect.Operations.Reports;

/// <summary>One of <see cref="ReportParagraph"/>, <see cref="ReportList"/>, <see cref="ReportTable"/>, <see cref="ReportChart"/>. All texts are plain: the writers escape them.</summary>
internal abstract record ReportBlock;
