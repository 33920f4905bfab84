using HaConnect.AspNetCore.Health;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.AspNetCore.Health;

public sealed class HealthJudgeTests
{
    private static readonly HealthLimits s_limits = new(PrimaryGrace: TimeSpan.FromSeconds(5), LoopTimeout: TimeSpan.FromSeconds(30), MaxReplicaLag: TimeSpan.FromSeconds(1), ProbeTimeout: TimeSpan.FromSeconds(0.5), Required: 1, MayAck: []);

    private readonly FakeTimeProvider _time = new();
    private readonly long _start;

    public HealthJudgeTests() => _start = _time.GetTimestamp();

    [Fact]
    public void Judge_WholeCluster_FindsNothing() => Assert.Empty(Judge(Cluster()));

    [Fact]
    public void Judge_OneNodeAlone_IsNotFoundFaultWith() => Assert.Empty(Judge(Cluster(standbys: 0, term: null)));

    [Fact]
    public void Judge_TwoNodesAndTheStandbyStreams_IsNotFoundFaultWith() => Assert.Empty(Judge(Cluster(standbys: 1, term: Given.Row(3, "n0", 1, "n1"))));

    [Theory]
    [InlineData(0, HealthStatus.Degraded, "for 0.0 s: operations wait")]
    [InlineData(4.9, HealthStatus.Degraded, "for 4.9 s: operations wait")]
    [InlineData(5, HealthStatus.Unhealthy, "for 5.0 s")]
    [InlineData(600, HealthStatus.Unhealthy, "for 600.0 s")]
    public void Judge_PrimaryLost_IsUnhealthyAfterTheGrace(double seconds, HealthStatus status, string reason)
    {
        var (expected, found) = Worst(Cluster(hasPrimary: false), afterSeconds: seconds);
        Assert.Equal(status, expected);
        Assert.Contains($"there is no primary: term 3 belongs to n0, which cannot be used, {reason}", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_NoGrace_LostPrimaryIsUnhealthyAtOnce() =>
        Assert.Contains(HealthJudge.Judge(Cluster(hasPrimary: false), s_limits with { PrimaryGrace = TimeSpan.Zero }, _time, _start), f => f.Status == HealthStatus.Unhealthy);

    [Theory]
    [InlineData(true, "there is no primary: no node out of recovery can be used; none has been seen since the start")]
    [InlineData(false, "there is no primary, and not every node has been probed yet; none has been seen since the start")]
    public void Judge_NoPrimarySeenYet_IsUnhealthyAtOnce(bool isComplete, string reason)
    {
        var (status, found) = Worst(Cluster(hasPrimary: false, hadPrimary: false, term: null, isComplete: isComplete));
        Assert.Equal(HealthStatus.Unhealthy, status);
        Assert.Contains(reason, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_SwitchoverHoldsWrites_IsDegraded() =>
        Assert.Equal(new HealthFinding(HealthStatus.Degraded, "a switchover is under way, and new writes wait for its end"), Assert.Single(Judge(Cluster(holdsWrites: true, isStalled: true))));

    [Fact]
    public void Judge_WritesRefusedForWantOfAMajority_IsUnhealthyAfterTheGrace()
    {
        var snapshot = Cluster(isWithoutMajority: true, refusesWrites: true);
        Assert.Equal(HealthStatus.Degraded, Worst(snapshot, afterSeconds: 1).Status);
        var (status, reason) = Worst(snapshot, afterSeconds: 6);
        Assert.Equal(HealthStatus.Unhealthy, status);
        Assert.Contains("writes are refused, since too few voters are in this instance's sight", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_WithoutAMajorityAndWritesGoOn_IsDegraded() => Assert.Equal(HealthStatus.Degraded, Worst(Cluster(isWithoutMajority: true)).Status);

    [Theory]
    [InlineData(0.9, null)]
    [InlineData(1.1, HealthStatus.Degraded)]
    public void Judge_ProofsGrowOld_AreMeasuredNow(double seconds, HealthStatus? status)
    {
        var findings = HealthJudge.Judge(Cluster(), s_limits, _time, Later(seconds));
        Assert.Equal(status, findings.SingleOrDefault()?.Status);
        Assert.Equal(status is null, !findings.Any(f => f.Reason == "no replica is proven to hold what was acked 1 s ago"));
    }

    [Fact]
    public void Judge_OneOfTwoReplicasFresh_IsEnoughForReads() => Assert.Empty(Judge(Cluster(fresh: 1)));

    [Theory]
    [InlineData(31, 0, false)]
    [InlineData(32, 0, true)]
    [InlineData(32, 60, false)]
    [InlineData(92, 60, true)]
    public void Judge_ProbeOverdue_IsUnhealthy(double seconds, double nextWithin, bool isUnhealthy)
    {
        var found = HealthJudge.Judge(Cluster(nextProbeWithin: TimeSpan.FromSeconds(nextWithin)), s_limits, _time, Later(seconds));
        Assert.Equal(isUnhealthy, found.Any(f => f.Status == HealthStatus.Unhealthy && f.Reason.StartsWith("n2 has not been probed for", StringComparison.Ordinal)));
    }

    [Fact]
    public void Judge_CommitsWait_IsDegraded() => Assert.Contains(Judge(Cluster(isStalled: true)), f => f == new HealthFinding(HealthStatus.Degraded, "commits wait: fewer synchronous standbys stream than must flush them"));

    [Fact]
    public void Judge_OneOfTwoSynchronousStandbysGone_NeitherALossNorAFailoverCanBeBorne()
    {
        var found = Judge(Cluster(streaming: 1));
        Assert.Equal(
            [
                "without n2 commits wait with one more loss: 1 of 2 synchronous standbys stream, and 1 must flush each commit",
                "without n2 a failover cannot be made: it needs 2 of 2 synchronous standbys, and 1 stream",
            ],
            found.Select(f => f.Reason));
        Assert.All(found, f => Assert.Equal(HealthStatus.Degraded, f.Status));
    }

    [Fact]
    public void Judge_OneOfThreeSynchronousStandbysGone_TwoMayAckAndAFailoverCannotBe()
    {
        var found = Judge(Cluster(standbys: 3, streaming: 2, term: Given.Row(3, "n0", 1, "n1", "n2", "n3")));
        Assert.Equal("without n3 a failover cannot be made: it needs 3 of 3 synchronous standbys, and 2 stream", Assert.Single(found).Reason);
    }

    /// <summary>After a failover the lost node is not named any more; where the options would have it, it is missed.</summary>
    [Fact]
    public void Judge_NodeThatMayAckIsNotNamed_IsMissed()
    {
        var found = HealthJudge.Judge(Cluster(standbys: 1, term: Given.Row(3, "n0", 1, "n1")), s_limits with { MayAck = ["n0", "n1", "n2"] }, _time, _start);
        Assert.Equal("without n2 commits wait with one more loss: 1 of 1 synchronous standbys stream, and 1 must flush each commit", Assert.Single(found).Reason);
    }

    [Fact]
    public void Judge_StandbysCannotBeSeen_SaysNothingOfThem() => Assert.Empty(Judge(Cluster(seesSenders: false)));

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)] // this instance demands none
    public void Judge_PrimaryTakesWritesAlone_IsDegradedWhereMoreIsDemanded(int required, bool isDegraded)
    {
        var found = HealthJudge.Judge(Cluster(term: Given.Row(3, "n0", 0)), s_limits with { Required = required }, _time, _start);
        Assert.Equal(isDegraded, found.Any(f => f.Reason.StartsWith("the primary takes writes alone", StringComparison.Ordinal)));
    }

    [Fact]
    public void Judge_NodesWithoutNames_AreCalledByTheirNumber()
    {
        var node = new Node(0, "db1.internal:5432", "db1.internal", 5432, 0, isConfigured: true);
        var snapshot = new ClusterSnapshot { Nodes = [Given.Seen(node, NodeReachability.Unreachable)], TakenAt = default, Reason = "as given", IsComplete = true, NewestTerm = Given.Row(2, "db1.internal:5432"), HadPrimaryUntil = _start };
        var reason = Worst(snapshot).Reason;
        Assert.Contains("term 2 belongs to node 1", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("internal", reason, StringComparison.Ordinal);
    }

    private ClusterSnapshot Cluster(
        int standbys = 2, int? fresh = null, int? streaming = null, TermRow? term = null, bool hasPrimary = true, bool hadPrimary = true, bool isComplete = true, bool holdsWrites = false, bool isStalled = false,
        bool isWithoutMajority = false, bool refusesWrites = false, bool seesSenders = true, TimeSpan nextProbeWithin = default, bool isManaged = true)
    {
        if (term is null && isManaged && standbys == 2 && hadPrimary)
            term = Given.Row(3, "n0", 1, "n1", "n2");
        var nodes = Enumerable.Range(0, standbys + 1).Select(i => Given.Node(i)).ToArray();
        var senders = Enumerable.Range(1, standbys).Select(i => Given.Sender($"n{i}", !seesSenders ? null : i <= (streaming ?? standbys) ? "streaming" : "startup"));
        var seen = nodes.Select((n, i) => new NodeSnapshot(n) { Reason = "as given", Reachability = NodeReachability.Reachable, Senders = i == 0 ? [.. senders] : [], ProbedAt = _start, NextProbeWithin = nextProbeWithin }).ToArray();
        return new ClusterSnapshot
        {
            Nodes = seen,
            Primary = hasPrimary ? seen[0] : null,
            TakenAt = default,
            Reason = "as given",
            NewestTerm = term,
            Term = term?.Term,
            IsComplete = isComplete,
            HadPrimaryUntil = hadPrimary ? _start : null,
            HoldsWrites = holdsWrites,
            IsReplicationStalled = isStalled,
            IsWithoutMajority = isWithoutMajority,
            RefusesWrites = refusesWrites,
            ReadTiers = [[.. nodes.Skip(1).Select((n, i) => new ReadTarget(n, i < (fresh ?? standbys) ? _start : StalenessLedger.None, Given.Started, 1, true))]],
        };
    }

    private IReadOnlyList<HealthFinding> Judge(ClusterSnapshot snapshot) => HealthJudge.Judge(snapshot, s_limits, _time, _start);

    /// <summary>What is worst of it, without what the age of the proofs says.</summary>
    private (HealthStatus Status, string Reason) Worst(ClusterSnapshot snapshot, double afterSeconds = 0)
    {
        var worst = HealthJudge.Judge(snapshot, s_limits, _time, Later(afterSeconds)).Where(f => !f.Reason.StartsWith("no replica", StringComparison.Ordinal) && !f.Reason.Contains("has not been probed for", StringComparison.Ordinal)).MinBy(f => f.Status)!;
        return (worst.Status, worst.Reason);
    }

    private long Later(double seconds) => _start + (long)(seconds * _time.TimestampFrequency);
}
