using HaConnect.Topology;

namespace HaConnect.Routing;

/// <summary>
/// Chooses the node of a read from a snapshot. Pure but for the dice and the in-flight counters; no lock, no allocation. The targets
/// are ordered freshest first, so the eligible ones are a prefix and one comparison usually tells that it is all of them.
/// </summary>
internal static class ReadRouter
{
    [ThreadStatic]
    private static ulong t_dice;

    /// <param name="snapshot">The cluster.</param>
    /// <param name="oldest">The moment of the decision less the bound: everything acked before it must be visible.</param>
    /// <param name="fallback">What to do when no replica qualifies.</param>
    internal static RoutingDecision Route(ClusterSnapshot snapshot, long oldest, ReadFallback fallback)
    {
        foreach (var tier in snapshot.ReadTiers)
        {
            if (Pick(tier, oldest) is { } target)
                return new RoutingDecision(target.Node, RoutingReason.FreshReplica, target.FreshAsOf, target.StartTime);
        }

        return FallBack(snapshot, oldest, fallback, default);
    }

    /// <inheritdoc cref="Route(ClusterSnapshot, long, ReadFallback)"/>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="oldest">The moment of the decision less the bound.</param>
    /// <param name="demand">What else the read asks for. Its fallback may give up the bound, and nothing else.</param>
    internal static RoutingDecision Route(ClusterSnapshot snapshot, long oldest, in ReadDemand demand)
    {
        foreach (var tier in snapshot.ReadTiers)
        {
            if (Pick(tier, oldest, demand) is { } target)
                return new RoutingDecision(target.Node, RoutingReason.FreshReplica, target.FreshAsOf, target.StartTime);
        }

        return demand switch
        {
            { PrimaryOnly: true } or { IsCausal: true, Fallback: ReadFallback.Freshest } => FallBack(snapshot, oldest, ReadFallback.Primary, demand),
            { IsOfAnyAge: true, IsCausal: false } when FallBack(snapshot, oldest, ReadFallback.Freshest, demand) is { Node: not null } freshest => freshest,
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
    internal static RoutingDecision RouteAmongAll(ReadTarget[] targets)
    {
        var target = PickOf(targets, targets.Length)!;
        return new RoutingDecision(target.Node, RoutingReason.FreshReplica, target.FreshAsOf, target.StartTime);
    }

    private static ReadTarget? Pick(ReadTarget[] targets, long oldest) => PickOf(targets, Eligible(targets, oldest));

    private static ReadTarget? PickOf(ReadTarget[] targets, int eligible)
    {
        if (eligible <= 1)
            return eligible == 0 ? null : targets[0];
        var (first, second) = RollTwo(eligible);
        return LessBusy(targets[first], targets[second]);
    }

    /// <summary>The eligible ones are scattered: counted first, then found again.</summary>
    private static ReadTarget? Pick(ReadTarget[] targets, long oldest, in ReadDemand demand)
    {
        var eligible = 0;
        foreach (var target in targets)
            eligible += demand.IsMetBy(target, oldest) ? 1 : 0;
        if (eligible <= 1)
            return eligible == 0 ? null : Eligible(targets, oldest, demand, 0);
        var (first, second) = RollTwo(eligible);
        return LessBusy(Eligible(targets, oldest, demand, first), Eligible(targets, oldest, demand, second));
    }

    private static ReadTarget Eligible(ReadTarget[] targets, long oldest, in ReadDemand demand, int number)
    {
        foreach (var target in targets)
        {
            if (demand.IsMetBy(target, oldest) && number-- == 0)
                return target;
        }

        throw new ArgumentOutOfRangeException(nameof(number), number, null);
    }

    /// <summary>Power of two choices: of two different targets the one with fewer connections in use.</summary>
    private static ReadTarget LessBusy(ReadTarget a, ReadTarget b) => b.Node.Load.InUse < a.Node.Load.InUse ? b : a;

    private static (int First, int Second) RollTwo(int count)
    {
        var dice = Roll();
        var first = (int)((ulong)(dice & 0x7fff) * (uint)count >> 15);
        var second = (int)((ulong)(dice >> 15 & 0x7fff) * (uint)(count - 1) >> 15);
        return (first, second >= first ? second + 1 : second);
    }

    /// <summary>31 random bits from a generator of this thread (Knuth's MMIX): good enough to spread reads, in half the time of Random.Shared.</summary>
    private static uint Roll()
    {
        var dice = t_dice == 0 ? (ulong)Random.Shared.NextInt64() : t_dice;
        t_dice = dice * 6364136223846793005 + 1442695040888963407;
        return (uint)(dice >> 33);
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
