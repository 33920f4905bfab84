namespace HaConnect.Topology;

/// <summary>
/// Which system identifier is the cluster's. Pure. The first complete round of the configured nodes decides, or where none is configured of
/// all; where it shows two clusters in equal number, neither is believed. Once pinned it stays, and a node of another identifier is refused.
/// </summary>
internal static class SystemIdentity
{
    internal static (ulong? Identifier, string? Conflict) Pin(ulong? pinned, IReadOnlyList<NodeFacts> facts)
    {
        if (pinned is not null)
            return (pinned, null);
        if (!IsComplete(facts))
            return (null, null);
        var groups = Deciding(facts).Where(f => f.LastState is not null).GroupBy(f => f.LastState!.SystemIdentifier).OrderByDescending(g => g.Count()).ToList();
        if (groups.Count == 0)
            return (null, null);
        if (groups.Count > 1 && groups[0].Count() == groups[1].Count())
        {
            var sides = groups.Select(g => $"{string.Join(", ", g.Select(f => f.Node.Name))} ({g.Key})");
            return (null, $"the nodes belong to different clusters, by their system identifiers: {string.Join(" and ", sides)}; correct the hosts in ConnectionString or Nodes");
        }

        return (groups[0].Key, null);
    }

    /// <summary>Whether every node that decides was probed, and there is one.</summary>
    internal static bool IsComplete(IReadOnlyList<NodeFacts> facts) => facts.Count > 0 && Deciding(facts).All(f => f.WasProbed);

    private static IEnumerable<NodeFacts> Deciding(IReadOnlyList<NodeFacts> facts) =>
        facts.Any(f => f.Node.IsConfigured) ? facts.Where(f => f.Node.IsConfigured) : facts;
}
