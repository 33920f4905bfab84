using HaConnect.Topology;

namespace HaConnect.Routing;

/// <summary>
/// Chooses the node of a read from a snapshot. Pure but for what the picker does; no lock, no allocation. The targets are ordered freshest first, so the
/// eligible ones are a prefix and one comparison usually tells that it is all of them.
/// </summary>
internal static class ReadRouter
{
    /// <param name="picker">Picks one of those that qualify.</param>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="oldest">The moment of the decision less the bound: everything acked before it must be visible.</param>
    /// <param name="fallback">What to do when no replica qualifies.</param>
    internal static RoutingDecision Route(ReadPicker picker, ClusterSnapshot snapshot, long oldest, ReadFallback fallback)
    {
        foreach (var tier in snapshot.ReadTiers)
        {
            if (picker.Pick(tier, Eligible(tier, oldest), snapshot.WeighsReads) is { } target)
                return new RoutingDecision(target.Node, RoutingReason.FreshReplica, target.FreshAsOf, target.StartTime);
        }

        return FallBack(snapshot, oldest, fallback, default);
    }

    /// <inheritdoc cref="Route(ReadPicker, ClusterSnapshot, long, ReadFallback)"/>
    /// <param name="picker">Picks one of those that qualify.</param>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="oldest">The moment of the decision less the bound.</param>
    /// <param name="demand">What else the read asks for. Its fallback may give up the bound, and nothing else.</param>
    internal static RoutingDecision Route(ReadPicker picker, ClusterSnapshot snapshot, long oldest, in ReadDemand demand)
    {
        foreach (var tier in snapshot.ReadTiers)
        {
            if (picker.Pick(tier, oldest, demand, snapshot.WeighsReads) is { } target)
                return new RoutingDecision(target.Node, RoutingReason.FreshReplica, target.FreshAsOf, target.StartTime);
        }

        if (demand.TakesUnproven)
        {
            // As while there is no primary: then all reads of any age meet here, and none of the replicas is to bear them alone.
            foreach (var tier in snapshot.ReadTiers)
            {
                if (picker.Pick(tier, StalenessLedger.None, demand.Unproven, snapshot.WeighsReads) is { } target)
                    return new RoutingDecision(target.Node, RoutingReason.FallbackToFreshest, target.FreshAsOf, target.StartTime);
            }
        }

        return demand switch
        {
            { PrimaryOnly: true } or { IsCausal: true, Fallback: ReadFallback.Freshest } => FallBack(snapshot, oldest, ReadFallback.Primary, demand),
            _ => FallBack(snapshot, oldest, demand.Fallback, demand),
        };
    }

    /// <summary>The reason for which a read at the node is as it was asked for now; null where it no longer is.</summary>
    internal static RoutingReason? Holds(ClusterSnapshot snapshot, Node node, long oldest, in ReadDemand demand)
    {
        var target = snapshot.ReadTargetOf(node);
        if (target is not null && demand.IsMetBy(target, oldest))
            return RoutingReason.FreshReplica;
        var mayFallBack = demand.Fallback == ReadFallback.Primary || demand.PrimaryOnly || (demand is { IsCausal: true, Fallback: ReadFallback.Freshest });
        if (mayFallBack && ReferenceEquals(snapshot.PrimaryNode, node) && snapshot.PrimaryFreshAsOf >= oldest)
            return RoutingReason.FallbackToPrimary;
        return target is not null && demand.Admits(target) && !demand.IsCausal && (demand.Fallback == ReadFallback.Freshest || demand.IsOfAnyAge) ? RoutingReason.FallbackToFreshest : null;
    }

    /// <summary>For a read for which all of them will do.</summary>
    internal static RoutingDecision RouteAmongAll(ReadPicker picker, ReadTarget[] targets, bool areWeighed)
    {
        var target = picker.Pick(targets, targets.Length, areWeighed)!;
        return new RoutingDecision(target.Node, RoutingReason.FreshReplica, target.FreshAsOf, target.StartTime);
    }

    private static int Eligible(ReadTarget[] targets, long oldest)
    {
        var count = targets.Length;
        while (count > 0 && targets[count - 1].FreshAsOf < oldest)
            count--;
        return count;
    }

    private static RoutingDecision FallBack(ClusterSnapshot snapshot, long oldest, ReadFallback fallback, in ReadDemand demand)
    {
        switch (fallback)
        {
            // The primary too keeps the bound only while no newer one can have acked anything.
            case ReadFallback.Primary when snapshot.PrimaryNode is { } primary && snapshot.PrimaryFreshAsOf >= oldest:
                return new RoutingDecision(primary, RoutingReason.FallbackToPrimary, snapshot.PrimaryFreshAsOf, snapshot.PrimaryStartTime);
            case ReadFallback.Freshest when Freshest(snapshot, demand) is { } target:
                return new RoutingDecision(target.Node, RoutingReason.FallbackToFreshest, target.FreshAsOf, target.StartTime);
            default:
                return new RoutingDecision(null, RoutingReason.None, StalenessLedger.None, default);
        }
    }

    private static ReadTarget? Freshest(ClusterSnapshot snapshot, in ReadDemand demand)
    {
        ReadTarget? freshest = null;
        foreach (var tier in snapshot.ReadTiers)
        {
            foreach (var target in tier)
            {
                if (demand.Admits(target) && (freshest is null || target.FreshAsOf > freshest.FreshAsOf))
                    freshest = target;
            }
        }

        return freshest;
    }
}
