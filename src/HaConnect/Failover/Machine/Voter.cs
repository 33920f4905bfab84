namespace HaConnect.Failover;

/// <summary>A voter as configured.</summary>
internal sealed record Voter(string Name, bool IsWitness, int Priority);
