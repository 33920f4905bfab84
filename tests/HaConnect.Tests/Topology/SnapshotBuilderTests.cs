using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class SnapshotBuilderTests
{
    private readonly StalenessLedger _ledger = new();
    private readonly long _now = Given.Clock.GetTimestamp();
    private readonly NodeFacts[] _facts = [.. Enumerable.Range(0, 4).Select(i => Given.Facts(Given.Node(i)))];

    [Fact]
    public void Build_HealthyCluster_OrdersTargetsFreshestFirst()
    {
        Healthy();
        Replays(1, 0x1000, latencyMs: 1);
        Replays(2, 0x2000, latencyMs: 2);
        Replays(3, 0x2000, latencyMs: 50);
        var snapshot = Build();
        Assert.Equal(["n2 n1", "n3"], snapshot.ReadTiers.Select(tier => string.Join(' ', tier.Select(t => t.Node.Name))));
        Assert.Equal("n0", snapshot.Primary!.Name);
        Assert.True(snapshot.IsComplete);
        Assert.False(snapshot.IsUneasy);
    }

    [Fact]
    public void Build_Zone_ItsReplicasGoFirstHoweverFarTheyAre()
    {
        string?[] zones = [null, "east", "west", "east"];
        for (var i = 0; i < zones.Length; i++)
            _facts[i] = Given.Facts(new Node(i, $"n{i}", $"host{i}", 5432, 0, isConfigured: true, zones[i]));
        Healthy();
        Replays(1, 0x1000, latencyMs: 50);
        Replays(2, 0x2000, latencyMs: 1);
        Replays(3, 0x2000, latencyMs: 2);
        Assert.Equal(["n3 n1", "n2"], Build(zone: "east").ReadTiers.Select(tier => string.Join(' ', tier.Select(t => t.Node.Name))));
        Assert.Equal(["n2", "n3", "n1"], Build(zone: "west").ReadTiers.SelectMany(tier => tier.Select(t => t.Node.Name)));
        Assert.Equal("east", Build()["n1"]!.Zone);
    }

    [Fact]
    public void Build_Lag_IsBytesAndTimeTogether()
    {
        Healthy();
        Replays(1, 0x1000, latencyMs: 1);
        var lag = Build()["n1"]!.Lag!.Value;
        Assert.Equal((0x1000, Given.Clock.GetElapsedTime(100, _now), Given.Clock.GetUtcNow()), (lag.Bytes, lag.Time, lag.MeasuredAt));
    }

    [Theory]
    [InlineData(nameof(ProbeFailureKind.TimedOut), 1, false, true)] // a read sent to a frozen server would hang
    [InlineData(nameof(ProbeFailureKind.TimedOut), 3, false, false)]
    [InlineData(nameof(ProbeFailureKind.Refused), 1, false, false)]
    [InlineData(nameof(ProbeFailureKind.NotReady), 1, true, true)]
    [InlineData(nameof(ProbeFailureKind.Overloaded), 1, true, false)] // it lives: asking more often makes it worse
    public void Build_StandbyThatFails_IsATargetWhileItMayServe(string kind, int times, bool isTarget, bool isUneasy)
    {
        Healthy();
        Replays(1, 0x1000, latencyMs: 1);
        Replays(2, 0x1000, latencyMs: 1);
        Replays(3, 0x1000, latencyMs: 1);
        _facts[1] = _facts[1].Fails(Enum.Parse<ProbeFailureKind>(kind), times);
        var snapshot = Build();
        Assert.Equal((isTarget, isUneasy), (snapshot.ReadTiers[0].Any(t => t.Node.Name == "n1"), snapshot.IsUneasy));
    }

    [Theory]
    [InlineData(nameof(ProbeFailureKind.TimedOut), false)]
    [InlineData(nameof(ProbeFailureKind.Overloaded), true)]
    public void Build_PrimaryThatFails_TakesReadsOnlyWhileItIsNotSilent(string kind, bool takesReads)
    {
        // Found by a frozen primary: reads fell back to it once the standbys' proofs had run out, and hung for 45 s.
        Healthy();
        _facts[0] = _facts[0].Fails(Enum.Parse<ProbeFailureKind>(kind), 1);
        var snapshot = Build();
        Assert.Equal("n0", snapshot.Primary!.Name);
        Assert.Equal(takesReads, snapshot.PrimaryFreshAsOf != StalenessLedger.None);
    }

    [Fact]
    public void Build_PrimaryLost_RemembersUntilWhenThereWasOne()
    {
        Healthy();
        Assert.Equal(_now, Build(hadPrimaryUntil: 7).HadPrimaryUntil);
        Assert.Equal(7, Build(new PrimarySelection(null, "gone"), hadPrimaryUntil: 7).HadPrimaryUntil);
        Assert.Null(Build(new PrimarySelection(null, "gone")).HadPrimaryUntil);
    }

    [Fact]
    public void Build_ProbedNodes_SayWhen()
    {
        _facts[0] = _facts[0].Answers(Given.Primary(), sentAt: 100, receivedAt: 101);
        _facts[1] = _facts[1].Answers(Given.Standby(), sentAt: 50, receivedAt: 51).Fails(ProbeFailureKind.TimedOut);
        Assert.Equal([101L, 101L, null, null], Build().Nodes.Select(n => n.ProbedAt));
    }

    [Fact]
    public void Build_NoPrimary_ProvesNothingAndIsUneasy()
    {
        Healthy();
        Replays(1, 0x1000, latencyMs: 1);
        var snapshot = Build(new PrimarySelection(null, "gone"));
        Assert.All(snapshot.ReadTiers[0], t => Assert.Equal(StalenessLedger.None, t.FreshAsOf)); // for ReadFallback.Freshest alone
        Assert.True(snapshot.IsUneasy);
        Assert.StartsWith("no primary: gone", snapshot.Describe(), StringComparison.Ordinal);
        Assert.Contains("nothing can be proven of it without a primary", snapshot["n1"]!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_NodeOfAnotherCluster_IsRefusedByName()
    {
        Healthy();
        _facts[1] = _facts[1].Answers(Given.Standby(systemId: 9));
        var snapshot = Build();
        Assert.True(snapshot["n1"]!.IsMisconfigured);
        Assert.DoesNotContain(snapshot.ReadTiers[0], t => t.Node.Name == "n1");
        Assert.Contains("its system identifier 9 is another cluster's", snapshot["n1"]!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_NodeOutOfRecoveryBesideThePrimary_IsQuarantinedWhileItAnswers()
    {
        Healthy();
        _facts[1] = _facts[1].Answers(Given.Primary());
        var node = Build()["n1"]!;
        Assert.True(node.IsQuarantined);
        Assert.StartsWith("quarantined: out of recovery on timeline 1", node.Reason, StringComparison.Ordinal);
        Assert.False(Build()["n0"]!.IsQuarantined);
        _facts[1] = _facts[1].Fails(ProbeFailureKind.TimedOut);
        Assert.False(Build()["n1"]!.IsQuarantined);
    }

    [Theory]
    [InlineData(true, false, 1, "standby that receives from nobody")]
    [InlineData(true, true, 2, "standby on timeline 2, while the primary is on 1")]
    [InlineData(true, true, null, "standby on timeline unknown, while the primary is on 1")]
    [InlineData(false, true, null, "grant it pg_read_all_stats")]
    [InlineData(true, true, 1, "no freshness is proven yet")]
    public void Build_UnprovenStandby_SaysWhy(bool seesStatistics, bool receives, int? timeline, string reason)
    {
        Healthy();
        _facts[1] = Given.Facts(_facts[1].Node).Answers(Given.Standby(0, timeline) with { SeesStatistics = seesStatistics, HasReceiver = receives });
        _ledger.Observe(_facts[1]);
        Assert.Contains(reason, Build()["n1"]!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Senders_TellWhoIsSynchronous()
    {
        Healthy(Given.Primary(0x2000) with { Senders = [new SenderState("n1", null, "streaming", "quorum", null), new SenderState("n2", null, "streaming", "async", null)] });
        var snapshot = Build();
        Assert.Equal((true, false), (snapshot["n1"]!.IsSynchronous, snapshot["n2"]!.IsSynchronous));
    }

    [Fact]
    public void Build_TooFewSynchronousStandbysStream_SaysSoOfThePrimaryThatStays()
    {
        Healthy(Given.Primary(0x2000) with { SynchronousStandbyNames = "ANY 1 (n1,n2)" });
        var snapshot = Build();
        Assert.Equal(("n0", true), (snapshot.Primary!.Name, snapshot.IsReplicationStalled));
        Assert.Equal("the only node out of recovery; replication is stalled, commits wait: 1 of n1, n2 must flush them, but none streams", snapshot.Primary.Reason);
        Assert.False(Build(new PrimarySelection(null, "gone")).IsReplicationStalled);
    }

    [Fact]
    public void Build_NotAllProbed_IsNotComplete()
    {
        _facts[0] = _facts[0].Answers(Given.Primary());
        Assert.False(Build().IsComplete);
        Assert.Equal("not probed yet", Build()["n1"]!.Reason);
    }

    private void Healthy(ServerState? primary = null)
    {
        _ledger.Begin(new Epoch(_facts[0].Node, null, 1, Given.Started));
        foreach (var (sentAt, insert) in ((long, ulong)[])[(100, 0x1000), (200, 0x2000)])
        {
            _facts[0] = _facts[0].Answers(primary ?? Given.Primary(insert), sentAt);
            _ledger.Observe(_facts[0]);
        }

        for (var i = 1; i < 4; i++)
            Replays(i, 0, latencyMs: 1);
    }

    private void Replays(int node, ulong replay, int latencyMs)
    {
        _facts[node] = _facts[node].Answers(Given.Standby(replay), sentAt: 300, receivedAt: 300 + (latencyMs * TimeSpan.TicksPerMillisecond));
        _ledger.Observe(_facts[node]);
    }

    private ClusterSnapshot Build(PrimarySelection? selection = null, string? zone = null, long? hadPrimaryUntil = null) => SnapshotBuilder.Build(new SnapshotInput
    {
        Version = 1,
        Facts = _facts,
        Ledger = _ledger,
        Selection = selection ?? new PrimarySelection(new Epoch(_facts[0].Node, null, 1, Given.Started), "the only node out of recovery"),
        SystemIdentifier = Given.SystemId,
        HadPrimaryUntil = hadPrimaryUntil,
        RequireNoLaterPromise = false,
        Routing = new RoutingOptions { LatencyWindow = TimeSpan.FromMilliseconds(15), Zone = zone },
        TimeoutsUntilUnreachable = 3,
        Time = Given.Clock,
        Now = _now,
    });
}
