namespace HaConnect.Simulation.Judging;

/// <summary>What did not hold, and when.</summary>
internal sealed record Violation(string Invariant, string What, long At);
