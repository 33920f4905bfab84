namespace HaConnect.Cli.Acting;

/// <summary>What became of what was asked for.</summary>
/// <param name="SchemaVersion">Rises where a member is removed, or means something else.</param>
/// <param name="Act">What was asked for.</param>
/// <param name="IsDone">Whether it was done, or was so already. A dry run is done when it has told.</param>
/// <param name="Text">What is so now, or why not.</param>
/// <param name="Primary">The primary afterwards, where that was found out.</param>
/// <param name="Term">Its term.</param>
internal sealed record ActDocument(int SchemaVersion, string Act, bool IsDone, string Text, string? Primary = null, long? Term = null);
