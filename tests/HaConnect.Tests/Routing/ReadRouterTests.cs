using HaConnect.Routing;
using HaConnect.Topology;

namespace HaConnect.Tests.Routing;

public sealed class ReadRouterTests
{
    private static readonly Node s_primary = Given.Node(0, "primary");

    [Theory]
    [InlineData(100, "a b c")]
    [InlineData(101, "a b")]
    [InlineData(200, "a b")]
    [InlineData(201, "a")]
    [InlineData(300, "a")]
    public void Route_EligibleReplicas_AreThoseFreshEnough(long oldest, string expected)
    {
        var snapshot = Snapshot(near: [Target(1, "a", 300), Target(2, "b", 200), Target(3, "c", 100)]);
        var seen = Enumerable.Range(0, 400).Select(_ => ReadRouter.Route(ReadPicker.LeastInUse, snapshot, oldest, ReadFallback.Fail)).ToList();
        Assert.All(seen, d => Assert.Equal(RoutingReason.FreshReplica, d.Reason));
        Assert.Equal(expected, string.Join(' ', seen.Select(d => d.Node!.Name).Distinct().Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(ReadFallback.Primary, "primary", "FallbackToPrimary")]
    [InlineData(ReadFallback.Wait, null, "None")]
    [InlineData(ReadFallback.Fail, null, "None")]
    [InlineData(ReadFallback.Freshest, "a", "FallbackToFreshest")]
    public void Route_NoReplicaFreshEnough_FollowsTheFallback(ReadFallback fallback, string? node, string reason)
    {
        var decision = ReadRouter.Route(ReadPicker.LeastInUse, Snapshot(near: [Target(1, "a", 300), Target(2, "b", 200)]), 301, fallback);
        Assert.Equal((node, reason), (decision.Node?.Name, decision.Reason.ToString()));
    }

    [Theory]
    [InlineData(ReadFallback.Primary)]
    [InlineData(ReadFallback.Wait)]
    [InlineData(ReadFallback.Fail)]
    [InlineData(ReadFallback.Freshest)]
    public void Route_NobodyAtAll_DecidesForNone(ReadFallback fallback)
    {
        var decision = ReadRouter.Route(ReadPicker.LeastInUse, new ClusterSnapshot { Nodes = [], TakenAt = default, Reason = "" }, 1, fallback);
        Assert.Equal((null, RoutingReason.None, StalenessLedger.None), (decision.Node, decision.Reason, decision.FreshAsOf));
    }

    [Fact]
    public void Route_PrimaryThatMayHaveASuccessor_IsNoFallback()
    {
        // A newer primary can have acked since 250: the old one keeps no bound beyond that.
        var snapshot = Snapshot(near: [], primaryFreshAsOf: 250);
        Assert.Equal(s_primary, ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 250, ReadFallback.Primary).Node);
        Assert.Null(ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 251, ReadFallback.Primary).Node);
    }

    [Fact]
    public void Route_FarReplica_IsUsedOnlyWhereNoNearOneIsFreshEnough()
    {
        var snapshot = Snapshot(near: [Target(1, "near", 200)], far: [Target(2, "far", 300)]);
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal("near", ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 200, ReadFallback.Fail).Node!.Name));
        Assert.Equal("far", ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 201, ReadFallback.Fail).Node!.Name);
        Assert.Equal("far", ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 301, ReadFallback.Freshest).Node!.Name);
    }

    [Fact]
    public void Route_Decision_CarriesWhatItRestsOn()
    {
        var decision = ReadRouter.Route(ReadPicker.LeastInUse, Snapshot(near: [Target(1, "a", 300)]), 100, ReadFallback.Fail);
        Assert.Equal((300, Given.Started), (decision.FreshAsOf, decision.StartTime));
    }

    [Fact]
    public void Route_OneBusyReplica_IsSparedByTheIdleOnes()
    {
        var snapshot = Snapshot(near: [Target(1, "busy", 300), Target(2, "idle", 300), Target(3, "idle2", 300)]);
        for (var i = 0; i < 50; i++)
            snapshot.ReadTiers[0][0].Node.Load.Increment(isWrite: false);

        // Two different ones are looked at, so that the busiest is never taken.
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.NotEqual("busy", ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 100, ReadFallback.Fail).Node!.Name));
    }

    [Fact]
    public void Route_EquallyBusyReplicas_ShareTheReads()
    {
        var snapshot = Snapshot(near: [Target(1, "a", 300), Target(2, "b", 300), Target(3, "c", 300), Target(4, "d", 300)]);
        var counts = Enumerable.Range(0, 8000).Select(_ => ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 100, ReadFallback.Fail).Node!.Name).CountBy(n => n).ToDictionary();
        Assert.Equal(4, counts.Count);
        Assert.All(counts.Values, c => Assert.InRange(c, 1700, 2300)); // 2000 expected, ± 8 standard deviations
    }

    [Fact]
    public void Route_ReadsThatAreHeld_SpreadEvenly()
    {
        var snapshot = Snapshot(near: [Target(1, "a", 300), Target(2, "b", 300), Target(3, "c", 300)]);
        for (var i = 0; i < 3000; i++)
            ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 100, ReadFallback.Fail).Node!.Load.Increment(isWrite: false);
        Assert.All(snapshot.ReadTiers[0], t => Assert.InRange(t.Node.Load.InUse, 980, 1020));
    }

    [Theory]
    [InlineData(100, ReadFallback.Fail)]
    [InlineData(250, ReadFallback.Fail)]
    [InlineData(900, ReadFallback.Primary)]
    [InlineData(900, ReadFallback.Freshest)]
    [InlineData(900, ReadFallback.Wait)]
    public void Route_TenThousandTimes_AllocatesNothing(long oldest, ReadFallback fallback)
    {
        var snapshot = Snapshot(near: [Target(1, "a", 300), Target(2, "b", 200)], far: [Target(3, "c", 280)]);
        ReadRouter.Route(ReadPicker.LeastInUse, snapshot, oldest, fallback); // Random.Shared makes its generator on first use

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            ReadRouter.Route(ReadPicker.LeastInUse, snapshot, oldest, fallback);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0ul, 0, null, "a b c")]
    [InlineData(100ul, 0, null, "a b")] // c has not replayed it
    [InlineData(101ul, 0, null, "a")]
    [InlineData(0ul, 250, null, "a")] // only a holds what was acked by then
    [InlineData(0ul, 250, "b", "a b")] // b is where it was seen
    [InlineData(101ul, 250, "b", "a")]
    public void Route_Causal_EligibleReplicasAreThoseThatHoldWhatWasSeen(ulong replayed, long seenUntil, string? seenAt, string expected)
    {
        ReadTarget[] targets = [Target(1, "a", 300, 200), Target(2, "b", 200, 100), Target(3, "c", 190, 90)];
        var process = seenAt is null ? null : new ServerProcess(Array.Find(targets, t => t.Node.Name == seenAt)!.Node, Given.Started);
        var demand = new ReadDemand(TimeSpan.FromSeconds(1), ReadFallback.Fail, Replayed: replayed, SeenUntil: seenUntil, SeenAt: process);
        var seen = Enumerable.Range(0, 400).Select(_ => ReadRouter.Route(ReadPicker.LeastInUse, Snapshot(targets), 100, demand).Node!.Name).ToList();
        Assert.Equal(expected, string.Join(' ', seen.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Route_ServerWhereItWasSeenHasRestarted_MayBeBehindIt()
    {
        var target = Target(1, "a", 200, 100);
        var demand = new ReadDemand(TimeSpan.FromSeconds(1), ReadFallback.Fail, SeenUntil: 250, SeenAt: new ServerProcess(target.Node, Given.Restarted));
        Assert.Null(ReadRouter.Route(ReadPicker.LeastInUse, Snapshot([target]), 100, demand).Node);
    }

    [Theory]
    [InlineData(ReadFallback.Primary, "primary")]
    [InlineData(ReadFallback.Freshest, "primary")] // may give up the bound, not what was seen
    [InlineData(ReadFallback.Wait, null)]
    [InlineData(ReadFallback.Fail, null)]
    public void Route_CausalAndNoReplicaHasIt_FollowsTheFallback(ReadFallback fallback, string? expected)
    {
        var demand = new ReadDemand(TimeSpan.FromSeconds(1), fallback, Replayed: 500);
        Assert.Equal(expected, ReadRouter.Route(ReadPicker.LeastInUse, Snapshot([Target(1, "a", 300, 200)]), 100, demand).Node?.Name);
    }

    [Fact]
    public void Route_Strong_TakesThePrimaryWhateverIsFresh()
    {
        var demand = new ReadDemand(TimeSpan.FromSeconds(1), ReadFallback.Fail, PrimaryOnly: true);
        Assert.Equal(s_primary, ReadRouter.Route(ReadPicker.LeastInUse, Snapshot([Target(1, "a", 300)]), 100, demand).Node);
        Assert.Null(ReadRouter.Route(ReadPicker.LeastInUse, Snapshot([Target(1, "a", 300)], primaryFreshAsOf: 99), 100, demand).Node);
    }

    [Theory]
    [InlineData(10L, "a", RoutingReason.FreshReplica)]
    [InlineData(StalenessLedger.None, "a", RoutingReason.FallbackToFreshest)]
    [InlineData(null, "primary", RoutingReason.FallbackToPrimary)]
    internal void Route_Eventual_TakesAnyReplicaTheProvenOnesFirst(long? freshAsOf, string expected, RoutingReason reason)
    {
        var demand = new ReadDemand(TimeSpan.MaxValue, ReadFallback.Primary);
        var decision = ReadRouter.Route(ReadPicker.LeastInUse, Snapshot(freshAsOf is { } fresh ? [Target(1, "a", fresh)] : []), StalenessLedger.None + 1, demand);
        Assert.Equal((expected, reason), (decision.Node!.Name, decision.Reason));
    }

    [Fact]
    public void Route_EventualAndNothingProven_SpreadsOverTheFirstTier()
    {
        var snapshot = Snapshot([Target(1, "a", StalenessLedger.None), Target(2, "b", StalenessLedger.None)], [Target(3, "c", StalenessLedger.None)]);
        var seen = Enumerable.Range(0, 400).Select(_ => ReadRouter.Route(ReadPicker.LeastInUse, snapshot, StalenessLedger.None + 1, new ReadDemand(TimeSpan.MaxValue, ReadFallback.Primary)).Node!.Name);
        Assert.Equal("a b", string.Join(' ', seen.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Holds_SaysOfEachNodeWhatRoutingWouldSay()
    {
        var (a, b) = (Target(1, "a", 300, 200), Target(2, "b", 50, 40));
        var snapshot = Snapshot([a, b]);
        var plain = new ReadDemand(TimeSpan.FromSeconds(1), ReadFallback.Primary);
        Assert.Equal(RoutingReason.FreshReplica, ReadRouter.Holds(snapshot, a.Node, 100, plain));
        Assert.Null(ReadRouter.Holds(snapshot, b.Node, 100, plain));
        Assert.Equal(RoutingReason.FallbackToPrimary, ReadRouter.Holds(snapshot, s_primary, 100, plain));
        Assert.Equal(RoutingReason.FallbackToFreshest, ReadRouter.Holds(snapshot, b.Node, 100, plain with { Fallback = ReadFallback.Freshest }));
        Assert.Null(ReadRouter.Holds(snapshot, b.Node, 100, plain with { Fallback = ReadFallback.Freshest, Replayed = 41 }));
        Assert.Null(ReadRouter.Holds(snapshot, a.Node, 100, plain with { PrimaryOnly = true }));
    }

    [Theory]
    [InlineData(ReplicaKind.Any, null, "a b")]
    [InlineData(ReplicaKind.Synchronous, null, "a")]
    [InlineData(ReplicaKind.Asynchronous, null, "b")]
    [InlineData(ReplicaKind.Any, "b", "b")]
    [InlineData(ReplicaKind.Synchronous, "b", "primary")] // none is both: the fallback
    public void Route_OnlySomeReplicas_TheOthersAreNotUsed(ReplicaKind kind, string? only, string expected)
    {
        var demand = new ReadDemand(TimeSpan.FromSeconds(1), ReadFallback.Primary, Kind: kind, Only: only is null ? null : [only]);
        var snapshot = Snapshot([Target(1, "a", 300) with { IsSynchronous = true }, Target(2, "b", 200)]);
        var seen = Enumerable.Range(0, 200).Select(_ => ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 100, demand).Node!.Name);
        Assert.Equal(expected, string.Join(' ', seen.Distinct().Order(StringComparer.Ordinal)));
        var freshest = ReadRouter.Route(ReadPicker.LeastInUse, snapshot, 999, demand with { Fallback = ReadFallback.Freshest }).Node?.Name;
        Assert.Equal(expected == "primary" ? null : expected[..1], freshest);
    }

    private static ReadTarget Target(int index, string name, long freshAsOf, ulong replayed = 0) => new(Given.Node(index, name), freshAsOf, Given.Started, replayed, IsSynchronous: false);

    private static ClusterSnapshot Snapshot(ReadTarget[] near, ReadTarget[]? far = null, long primaryFreshAsOf = long.MaxValue)
    {
        var primary = new NodeSnapshot(s_primary) { Reason = "" };
        return new ClusterSnapshot
        {
            Nodes = [primary],
            Primary = primary,
            TakenAt = default,
            Reason = "",
            PrimaryFreshAsOf = primaryFreshAsOf,
            ReadTiers = [near, far ?? []],
        };
    }
}
