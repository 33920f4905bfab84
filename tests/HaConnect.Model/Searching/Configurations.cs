namespace HaConnect.Model;

/// <summary>The searches that are run by name.</summary>
internal static class Configurations
{
    internal static readonly Bounds[] All =
    [
        new("three") { Terms = 2, Writes = 1, Breaks = 1 },
        new("three-crash") { Terms = 2, Writes = 1, Crashes = 1, Breaks = 1 },
        new("three-terms") { Terms = 3, Writes = 1, Crashes = 1, Rebuilds = 1 },
        new("two-witness") { DataNodes = 2, Witnesses = 1, Terms = 3, Writes = 2, Crashes = 2, Breaks = 2, Deaths = 1, Rebuilds = 1 },
        new("two") { DataNodes = 2, Terms = 3, Writes = 2, Crashes = 2, Breaks = 2, Deaths = 1, Rebuilds = 1 },
    ];

    internal static Bounds Named(string name) => All.First(b => b.Name == name);
}
