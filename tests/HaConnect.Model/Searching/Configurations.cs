namespace HaConnect.Model;

/// <summary>The searches that are run by name.</summary>
internal static class Configurations
{
    internal static readonly Bounds[] All =
    [
        // k = 1 with three data nodes: both standbys are needed for a failover.
        new("three") { Breaks = 1 },
        new("three-crash") { Crashes = 1, Breaks = 1 },
        new("three-witness") { Witnesses = 1, Crashes = 1, Breaks = 1 },
        new("three-async") { Required = 0, Crashes = 1, Breaks = 1 },

        // Too few to fail over with k = 1: nobody would be left to ack. The search shows that it stays so.
        new("two") { DataNodes = 2, Terms = 3, Writes = 2, Crashes = 2, Breaks = 2, Deaths = 1, Rebuilds = 1 },
        new("two-witness") { DataNodes = 2, Witnesses = 1, Terms = 3, Writes = 2, Crashes = 2, Breaks = 2, Deaths = 1, Rebuilds = 1 },
        new("two-witness-async") { DataNodes = 2, Witnesses = 1, Required = 0, Crashes = 1, Breaks = 1 },

        // Three terms: a term can be left unfinished, adopted, confirmed, and succeed one whose synchronous standbys differ from the first's.
        new("three-alone") { Terms = 3, Writes = 2, Coordinators = 1, Rebuilds = 1 },
        new("three-duel") { Terms = 3, Breaks = 1 },
        new("three-terms") { Terms = 3, Crashes = 1, Rebuilds = 1 },
        new("three-rebuild") { Terms = 3, Writes = 2, Coordinators = 1, Crashes = 1, Rebuilds = 1 },

        // With four, one standby may be left out of what a broken rule counts, and one follower is enough.
        new("four") { DataNodes = 4, Breaks = 1 },
        new("four-small") { DataNodes = 4, Writes = 2, Coordinators = 1 },
        new("four-witness") { DataNodes = 4, Witnesses = 1, Coordinators = 1 },

        // One standby is not named by the term in force, as after a failover whose old primary was rebuilt: it may be named by the next.
        new("four-unnamed") { DataNodes = 4, Witnesses = 1, Unnamed = 1, Coordinators = 1, Terms = 3, Writes = 0, Deaths = 1, PromotesAtOnce = true },
    ];

    /// <summary>Minutes to hours rather than seconds.</summary>
    internal static readonly string[] Large = ["three-duel", "three-terms", "three-rebuild", "four-unnamed"];

    internal static Bounds Named(string name) => All.FirstOrDefault(b => b.Name == name) ?? throw new ArgumentException($"no configuration is called {name}; there are {string.Join(", ", All.Select(b => b.Name))}", nameof(name));
}
