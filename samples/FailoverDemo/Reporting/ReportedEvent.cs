namespace FailoverDemo.Reporting;

/// <param name="SecondsAfterFault">Negative for what was before the fault.</param>
/// <param name="Label">In a word or two.</param>
/// <param name="Sentence">What happened and why.</param>
internal sealed record ReportedEvent(double SecondsAfterFault, string Label, string Sentence);
