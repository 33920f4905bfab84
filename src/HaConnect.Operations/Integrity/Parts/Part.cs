namespace HaConnect.Operations.Integrity;

/// <summary>A part of a table that is read in one statement: the same condition on both sides.</summary>
/// <param name="Where">The condition, with <c>$1</c> for the first argument.</param>
/// <param name="Arguments">Its arguments, all of them text.</param>
/// <param name="After">The bound before it, for the journal; empty for the begin.</param>
/// <param name="UpTo">Its own bound; empty for the end.</param>
internal sealed record Part(string Where, IReadOnlyList<string> Arguments, IReadOnlyList<string> After, IReadOnlyList<string> UpTo);
