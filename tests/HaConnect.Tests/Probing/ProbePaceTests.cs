using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Probing;

/// <summary>How often a node is probed, and how often amid a switchover.</summary>
public sealed class ProbePaceTests
{
    private static readonly Node s_primary = Given.Node(0);
    private static readonly Node s_standby = Given.Node(1);
    private readonly FakeTimeProvider _time = new();
    private readonly HaDatabaseOptions _options = new() { Probing = { Interval = TimeSpan.FromSeconds(1), SuspectInterval = TimeSpan.FromMilliseconds(100) } };

    [Theory]
    [InlineData(true, false, false, 1000)]
    [InlineData(false, false, false, 1500)]
    [InlineData(true, true, false, 20)] // announced: the coordinator waits for a probe of everybody
    [InlineData(false, true, false, 100)]
    [InlineData(true, true, true, 100)] // held, and it has been told
    [InlineData(false, true, true, 50)] // the successor is one of these
    public void After_NoWritesUnderWay(bool isPrimary, bool isSwitchingOver, bool holdsWrites, int milliseconds) =>
        Assert.Equal(milliseconds, Pace(isPrimary ? s_primary : s_standby).After(Snapshot(isSwitchingOver, holdsWrites)).TotalMilliseconds);

    [Fact]
    public void After_WritesUnderWayWhileTheyAreHeld_TheirEndIsToldSoon()
    {
        var node = Given.Node(0);
        node.Load.Increment(isWrite: true);
        var pace = Pace(node);
        Assert.Equal(20, pace.After(Snapshot(true, true, node)).TotalMilliseconds);
        node.Load.Decrement(isWrite: true);
        Assert.Equal(100, pace.After(Snapshot(true, true, node)).TotalMilliseconds);
    }

    [Fact]
    public void After_SwitchoverThatTakesLong_IsNotHurriedByProbesForEver()
    {
        var pace = Pace(s_standby);
        Assert.Equal(50, pace.After(Snapshot(true, true)).TotalMilliseconds);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(100, pace.After(Snapshot(true, true)).TotalMilliseconds);
        pace.After(Snapshot(false, false));
        Assert.Equal(50, pace.After(Snapshot(true, true)).TotalMilliseconds);
    }

    [Fact]
    public void After_AnnouncedForLong_HurriesAgainWhenWritesAreHeld()
    {
        var pace = Pace(s_standby);
        pace.After(Snapshot(true, false));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(50, pace.After(Snapshot(true, true)).TotalMilliseconds);
    }

    [Theory]
    [InlineData(false, false, true, false, true)]
    [InlineData(true, false, true, true, true)]
    [InlineData(true, true, true, true, false)]
    [InlineData(true, false, true, false, false)]
    public void WakesAll_WhenPeaceEndsOrWritesAreHeld(bool wasUneasy, bool held, bool isUneasy, bool holds, bool wakes) =>
        Assert.Equal(wakes, ProbePace.WakesAll(Snapshot(wasUneasy, held), Snapshot(isUneasy, holds)));

    private ProbePace Pace(Node node) => new(node, _options, _time);

    private static ClusterSnapshot Snapshot(bool isSwitchingOver, bool holdsWrites, Node? primary = null)
    {
        var node = new NodeSnapshot(primary ?? s_primary) { Reason = "" };
        return new ClusterSnapshot { Nodes = [node], Primary = node, TakenAt = default, Reason = "", IsUneasy = isSwitchingOver, IsSwitchingOver = isSwitchingOver, HoldsWrites = holdsWrites };
    }
}
