namespace HaConnect.Cli.Seeing;

/// <summary>Something that has changed while <c>watch</c> looked.</summary>
/// <param name="SchemaVersion">Rises where a member is removed, or means something else.</param>
/// <param name="At">When it was seen, by this machine's clock.</param>
/// <param name="Level">info, ok, warn or bad.</param>
/// <param name="Term">The term it belongs to; null for none.</param>
/// <param name="Text">What.</param>
internal sealed record WatchLine(int SchemaVersion, DateTimeOffset At, string Level, long? Term, string Text);
