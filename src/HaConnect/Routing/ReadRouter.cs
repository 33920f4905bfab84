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
        var target = Pick(snapshot.NearTargets, oldest) ?? Pick(snapshot.FarTargets, oldest);
        return target is not null
            ? new RoutingDecision(target.Node, RoutingReason.FreshReplica, target.FreshAsOf, target.StartTime)
            : FallBack(snapshot, oldest, fallback);
    }

    private static ReadTarget? Pick(ReadTarget[] targets, long oldest)
    {
        var eligible = Eligible(targets, oldest);
        if (eligible <= 1)
            return eligible == 0 ? null : targets[0];

        // Power of two choices: of two different targets the one with fewer connections in use.
        var dice = Roll();
        var first = (int)((ulong)(dice & 0x7fff) * (uint)eligible >> 15);
        var second = (int)((ulong)(dice >> 15 & 0x7fff) * (uint)(eligible - 1) >> 15);
        if (second >= first)
            second++;
        var a = targets[first];
        var b = targets[second];
        return b.Node.Load.InUse < a.Node.Load.InUse ? b : a;
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

    private static RoutingDecision FallBack(ClusterSnapshot snapshot, long oldest, ReadFallback fallback)
    {
        switch (fallback)
        {
            // The primary too keeps the bound only while no newer one can have acked anything.
            case ReadFallback.Primary when snapshot.PrimaryNode is { } primary && snapshot.PrimaryFreshAsOf >= oldest:
                return new RoutingDecision(primary, RoutingReason.FallbackToPrimary, snapshot.PrimaryFreshAsOf, snapshot.PrimaryStartTime);
            case ReadFallback.Freshest when Freshest(snapshot) is { } target:
                return new RoutingDecision(target.Node, RoutingReason.FallbackToFreshest, target.FreshAsOf, target.StartTime);
            default:
                return new RoutingDecision(null, RoutingReason.None, StalenessLedger.None, default);
        }
    }

    private static ReadTarget? Freshest(ClusterSnapshot snapshot)
    {
        var near = snapshot.NearTargets.Length > 0 ? snapshot.NearTargets[0] : null;
        var far = snapshot.FarTargets.Length > 0 ? snapshot.FarTargets[0] : null;
        return near is null ? far : far is null || near.FreshAsOf >= far.FreshAsOf ? near : far;
    }
}
