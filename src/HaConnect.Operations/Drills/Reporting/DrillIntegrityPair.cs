namespace HaConnect.Operations.Drills.Reporting;

/// <param name="Left">The primary.</param>
/// <param name="Right">A standby.</param>
/// <param name="Rows">How many rows were compared.</param>
/// <param name="DifferentRows">Those of them that differ.</param>
/// <param name="Different">The tables that differ, each with how.</param>
/// <param name="Notes">What could not be compared, and why.</param>
internal sealed record DrillIntegrityPair(string Left, string Right, long Rows, long DifferentRows, IReadOnlyList<string> Different, IReadOnlyList<string> Notes);
