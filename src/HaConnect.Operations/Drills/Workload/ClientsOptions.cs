namespace HaConnect.Operations.Drills.Workload;

/// <summary>How much the clients of a drill ask for.</summary>
/// <param name="Writers">How many write at once.</param>
/// <param name="Readers">How many read at once.</param>
/// <param name="WritePause">How long each writer pauses after a write; zero for not at all.</param>
internal sealed record ClientsOptions(int Writers, int Readers, TimeSpan WritePause);
