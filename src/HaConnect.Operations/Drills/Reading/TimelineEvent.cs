namespace HaConnect.Operations.Drills.Reading;

/// <summary>One thing that happened.</summary>
/// <param name="At">By the ledger's clock.</param>
/// <param name="Label">In a word or two.</param>
/// <param name="Sentence">What happened and why.</param>
internal sealed record TimelineEvent(long At, string Label, string Sentence);
