namespace HaConnect.Status.Quorum;

/// <summary>A voter, as far as the arithmetic asks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsWitness">It has no data.</param>
/// <param name="Sight">Whether it is in sight.</param>
/// <param name="IsStandby">It answered its last probe, in recovery: it could be cut off, and promoted.</param>
internal sealed record VoterFact(string Name, bool IsWitness, Sight Sight, bool IsStandby);
