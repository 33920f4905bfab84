namespace HaConnect.Operations.Drills.Reporting;

/// <summary>What became of the user's own program.</summary>
/// <param name="Command">As it was given.</param>
/// <param name="ExitCode">Null where it ran on and was ended with the drill.</param>
/// <param name="Output">The end of what it printed.</param>
internal sealed record DrillCommandResult(string Command, int? ExitCode, string Output);
