namespace HaConnect.Model;

/// <summary>The searches that are run by name.</summary>
internal static class Configurations
{
    internal static readonly Bounds[] All =
    [
        new("three") { Terms = 2, Writes = 1, Breaks = 1 },
        new("three-crash") { Terms = 2, Writes = 1, Crashes = 1, Breaks = 1 },
        new("three-terms") { Terms = 3, Writes = 1, Crashes = 1, Rebuilds = 1 },
        new("three-terms-break") { Terms = 3, Writes = 1, Crashes = 1, Breaks = 1, Rebuilds = 1 },
        new("three-terms-2w") { Terms = 3, Writes = 2, Crashes = 1, Rebuilds = 1 },
        new("three-4terms") { Terms = 4, Writes = 1, Crashes = 1, Rebuilds = 1 },
        new("four-k1") { DataNodes = 4, Terms = 2, Writes = 1, Breaks = 1 },
        new("three-witness") { Witnesses = 1, Terms = 2, Writes = 1, Crashes = 1, Breaks = 1 },
        new("three-async") { Required = 0, Terms = 2, Writes = 1, Crashes = 1, Breaks = 1 },
        new("two-witness-async") { DataNodes = 2, Witnesses = 1, Required = 0, Terms = 3, Writes = 1, Crashes = 1, Breaks = 1, Rebuilds = 1 },
        new("three-v") { Writes = 2, Crashes = 1, Breaks = 1 },
        new("four-v") { DataNodes = 4, Writes = 2, Breaks = 1 },
        new("three-v3") { Terms = 3, Writes = 2, Coordinators = 1, Crashes = 1, Breaks = 1, Rebuilds = 1 },
        new("three-b3") { Terms = 3, Writes = 2, Breaks = 1 },
        new("three-b3h") { Terms = 3, Writes = 2, Breaks = 1, AnyClient = false },
        new("four-b3") { DataNodes = 4, Terms = 3, Writes = 2, Coordinators = 1, Breaks = 1 },
        new("four-s") { DataNodes = 4, Writes = 2, Coordinators = 1 },
        new("four-witness-s") { DataNodes = 4, Witnesses = 1, Writes = 1, Coordinators = 1 },
        new("three-duel") { Terms = 3, Writes = 1, Breaks = 1 },
        new("three-rebuild") { Terms = 3, Writes = 2, Coordinators = 1, Crashes = 1, Rebuilds = 1 },
        new("five-v3") { DataNodes = 5, Required = 2, Terms = 3, Writes = 3, Coordinators = 1, Breaks = 1 },
        new("two-witness") { DataNodes = 2, Witnesses = 1, Terms = 3, Writes = 2, Crashes = 2, Breaks = 2, Deaths = 1, Rebuilds = 1 },
        new("two") { DataNodes = 2, Terms = 3, Writes = 2, Crashes = 2, Breaks = 2, Deaths = 1, Rebuilds = 1 },
    ];

    internal static Bounds Named(string name) => All.First(b => b.Name == name);
}
