namespace HaConnect.Simulation.Conformance;

/// <summary>SQL steps and faults, with what must be seen on the way, on simulated servers as on real ones.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Standbys">How many, besides n1.</param>
/// <param name="Required">The k of n1's <c>ANY k (all standbys)</c>.</param>
/// <param name="Play">The steps.</param>
internal sealed record Script(string Name, int Standbys, int Required, Func<Scene, Task> Play)
{
    /// <summary>The lease of its lock sessions, long where it is not what the script is about: a busy machine is slow.</summary>
    internal TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    public override string ToString() => Name;
}
