namespace HaConnect.Operations;

/// <summary>How far a verification is.</summary>
/// <param name="Table">The table that is read now; null before the first.</param>
/// <param name="Rows">How many rows have been compared.</param>
/// <param name="EstimatedRows">How many there are, as the servers' statistics estimate it; never below <paramref name="Rows"/>.</param>
/// <param name="DifferentRows">How many of them differ, so far.</param>
/// <param name="Elapsed">Since the begin of this run.</param>
/// <param name="Left">How long the rest will take at this pace; null while that cannot be said.</param>
/// <param name="Waiting">What it waits for (a standby's lag, connections); null while it reads.</param>
public sealed record VerificationProgress(string? Table, long Rows, long EstimatedRows, long DifferentRows, TimeSpan Elapsed, TimeSpan? Left, string? Waiting);
