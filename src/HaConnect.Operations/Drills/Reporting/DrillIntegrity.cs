namespace HaConnect.Operations.Drills.Reporting;

/// <summary>What every row of every table, read on all nodes at the end, came to.</summary>
/// <param name="Rows">How many were compared, pair by pair of servers.</param>
/// <param name="DifferentRows">Those of them that differ.</param>
/// <param name="Rate">Equal rows of all, 0 to 1.</param>
/// <param name="Pairs">The primary against each standby.</param>
internal sealed record DrillIntegrity(long Rows, long DifferentRows, double Rate, IReadOnlyList<DrillIntegrityPair> Pairs);
