namespace HaConnect.Operations.Drills.Reporting;

/// <param name="SecondsAfterFault">Negative for what was before the fault.</param>
/// <param name="Label">In a word or two.</param>
/// <param name="Sentence">What happened and why.</param>
internal sealed record DrillEvent(double SecondsAfterFault, string Label, string Sentence);
