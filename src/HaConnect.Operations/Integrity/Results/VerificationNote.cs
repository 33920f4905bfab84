namespace HaConnect.Operations;

/// <summary>Something to know about what was compared, and how.</summary>
/// <param name="Kind">What it means for the verdict.</param>
/// <param name="Table">The table or sequence that it is about; null where it is about all.</param>
/// <param name="Text">A sentence for people.</param>
public sealed record VerificationNote(VerificationNoteKind Kind, string? Table, string Text);
