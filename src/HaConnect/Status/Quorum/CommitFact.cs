namespace HaConnect.Status.Quorum;

/// <summary>What a commit on the primary waits for, as its <c>synchronous_standby_names</c> says.</summary>
/// <param name="Required">How many standbys must flush it; 0 for none.</param>
/// <param name="Names">Of which; empty where any standby counts.</param>
/// <param name="Streaming">Those of them that stream; null where that cannot be seen.</param>
/// <param name="IsClosed">It waits for a name that nobody bears: the primary acks nothing.</param>
internal sealed record CommitFact(int Required, IReadOnlyList<string> Names, IReadOnlyList<string>? Streaming, bool IsClosed);
