namespace HaConnect.Topology;

/// <summary>
/// One server that is known under two addresses: it must not count twice, least of all as two primaries. Known by its system identifier and
/// start time, which PostgreSQL gives to the microsecond. Of configured nodes nobody asks: they are listed once. Pure.
/// </summary>
internal static class SameServer
{
    /// <summary>
    /// The node that stands for a discovered one, since it is the same server and was known before; null for none. One that is lost under its
    /// address stands for nobody, unless it is configured, and so known by its name to the others.
    /// </summary>
    internal static Node? Of(NodeFacts facts, IReadOnlyList<NodeFacts> all, int timeoutsUntilUnreachable)
    {
        if (facts is not { Node.IsConfigured: false, LastState: { } state })
            return null;
        for (var i = 0; i < all.Count && !ReferenceEquals(all[i].Node, facts.Node); i++)
        {
            if (all[i].LastState is { } other && other.IsSameProcessAs(state)
                && (all[i].Node.IsConfigured || all[i].Reachability(timeoutsUntilUnreachable) != NodeReachability.Unreachable))
                return all[i].Node;
        }

        return null;
    }
}
