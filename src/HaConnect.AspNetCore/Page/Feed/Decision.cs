namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>Something that happened to the cluster, or was decided.</summary>
/// <param name="Id">Rises by one with each, in this instance.</param>
/// <param name="At">When, by the clock of whoever says it.</param>
/// <param name="Source">Whose word it is.</param>
/// <param name="Level">info, ok, warn or bad.</param>
/// <param name="Term">The term it belongs to; null for none.</param>
/// <param name="Text">What happened, and why.</param>
internal sealed record Decision(long Id, DateTimeOffset At, string Source, string Level, long? Term, string Text);
