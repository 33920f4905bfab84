using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Topology;

/// <summary>What a standby's losses and returns make of its share of the reads, through the one writer of the cluster's state.</summary>
public sealed class FailbackTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ClusterState _state;
    private DateTime _started = Given.Started;

    public FailbackTests()
    {
        var options = new HaDatabaseOptions { Probing = { TimeoutsUntilUnreachable = 2 } };
        foreach (var name in (string[])["n0", "n1", "n2"])
            options.Nodes.Add(new HaNodeOptions { Name = name, Host = name });
        options.Nodes[2].Weight = 0;
        (options.Routing.FailbackDelay, options.Routing.FailbackRamp) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
        _state = new ClusterState(options, _time);
        Answer();
    }

    [Fact]
    public void NeverLost_ServesAtOnce()
    {
        Assert.Equal((100, false), Now());
        Assert.Same(_state.Current["n2"]!.Node, Assert.Single(_state.Current.ReadTiers[^1]).Node);
        Assert.True(_state.Current.ReadTiers[^1][0].IsInReserve);
        Assert.Contains("in reserve, since its Weight is 0", _state.Current["n2"]!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_ComesBackAfterTheDelayAndRampsUp()
    {
        Lose();
        Assert.Null(_state.Current.ReadTargetOf(_state.Current["n1"]!.Node));
        Answer();
        Assert.Equal((100, true), Now());
        Assert.Contains("in reserve, since it came back 0 s ago (Routing.FailbackDelay, 5 s)", _state.Current["n1"]!.Reason, StringComparison.Ordinal);
        Assert.Equal((100, true), After(4.9));
        Assert.Equal((10, false), After(0.1)); // a tenth at least
        Assert.Equal((40, false), After(4));
        Assert.Contains("with 40% of its share of the reads, since it came back", _state.Current["n1"]!.Reason.Replace(" %", "%", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(_state.Current.WeighsReads);
        Assert.Equal((100, false), After(6));
    }

    [Fact]
    public void OneTimeout_IsNoLoss()
    {
        Fail(ProbeFailureKind.TimedOut);
        Answer();
        Assert.Equal((100, false), Now());
    }

    [Fact]
    public void RestartedBetweenProbes_IsALoss()
    {
        _started = Given.Restarted;
        Answer();
        Assert.True(Now().InReserve);
    }

    [Fact]
    public void Flapping_StaysOutTwiceAsLongEachTime()
    {
        foreach (var delay in (int[])[5, 10, 20, 40, 80, 160, 160])
        {
            Lose();
            Answer();
            Assert.True(After(delay - 0.1).InReserve, $"it served before {delay} s");
            Assert.False(After(0.1).InReserve);
        }

        After(160 * 11);
        Lose();
        Answer();
        Assert.True(Now().InReserve);
        Assert.False(After(5).InReserve, "after a long calm a loss counts as the first");
    }

    /// <summary>Lost again before it served: the delay begins anew.</summary>
    [Fact]
    public void FlappingFasterThanTheDelay_NeverServes()
    {
        for (var i = 0; i < 20; i++)
        {
            Lose();
            Answer();
            Assert.True(After(4).InReserve);
        }
    }

    private (int Weight, bool InReserve) After(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Answer();
        return Now();
    }

    private (int Weight, bool InReserve) Now()
    {
        var target = _state.Current.ReadTargetOf(_state.Current["n1"]!.Node)!;
        return (target.Weight, target.IsInReserve);
    }

    private void Lose() => Fail(ProbeFailureKind.Refused);

    private void Fail(ProbeFailureKind kind)
    {
        var now = _time.GetTimestamp();
        _state.Apply(NodeObservation.Failed(_state.Current["n1"]!.Node, now, now, new ProbeFailure(kind, "it failed")));
    }

    private void Answer()
    {
        var now = _time.GetTimestamp();
        _state.Apply(NodeObservation.Answered(_state.Current["n0"]!.Node, now, now, Given.Primary()));
        _state.Apply(NodeObservation.Answered(_state.Current["n1"]!.Node, now, now, Given.Standby(started: _started)));
        _state.Apply(NodeObservation.Answered(_state.Current["n2"]!.Node, now, now, Given.Standby()));
    }
}
