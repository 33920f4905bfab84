namespace HaConnect.Failover.Manual;

/// <summary>What a voter has on record, asked by somebody who holds no lock; null where it did not answer.</summary>
internal sealed record VoterAnswer(string Voter, bool IsWitness, VoterRecord? Record, string? Failure = null);
