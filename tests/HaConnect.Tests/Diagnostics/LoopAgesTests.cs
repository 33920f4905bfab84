using HaConnect.Diagnostics;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Diagnostics;

public sealed class LoopAgesTests
{
    private static readonly Node s_node = Given.Node(0, "n1");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Longest_LoopStandsStill_IsTheTimeSinceItsLastTurnBeyondItsPause()
    {
        var ages = new LoopAges(_time);
        var last = ProbedNow(pause: TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(7), ages.Longest(last, TimeSpan.Zero));
    }

    [Fact]
    public void Longest_StallIsOver_IsToldForHalfAMinuteAndNotForLonger()
    {
        var ages = new LoopAges(_time);
        var before = ProbedNow();
        _time.Advance(TimeSpan.FromSeconds(20));
        var after = ProbedNow();
        ages.OnPublished(before, after);
        Assert.Equal(TimeSpan.FromSeconds(20), ages.Longest(after, TimeSpan.Zero));

        after = Turn(ages, after, TimeSpan.FromSeconds(29));
        Assert.Equal(TimeSpan.FromSeconds(20), ages.Longest(after, TimeSpan.Zero));
        after = Turn(ages, after, TimeSpan.FromSeconds(61));
        Assert.Equal(TimeSpan.FromSeconds(1), ages.Longest(after, TimeSpan.Zero));
    }

    [Fact]
    public void Longest_FailoverLoopIsHeldUp_IsTheTimeOfItsStep() =>
        Assert.Equal(TimeSpan.FromSeconds(4), new LoopAges(_time).Longest(ProbedNow(), TimeSpan.FromSeconds(4)));

    [Fact]
    public void OnPublished_AnotherNodeWasProbed_CountsNothing()
    {
        var ages = new LoopAges(_time);
        var before = ProbedNow();
        _time.Advance(TimeSpan.FromSeconds(9));
        var same = Given.Snapshot(null, new NodeSnapshot(s_node) { ProbedAt = before.Nodes[0].ProbedAt, Reason = "" });
        ages.OnPublished(before, same);
        Assert.Equal(TimeSpan.Zero, ages.Longest(ProbedNow(), TimeSpan.Zero));
    }

    /// <summary>A probe each second for so long.</summary>
    private ClusterSnapshot Turn(LoopAges ages, ClusterSnapshot last, TimeSpan duration)
    {
        for (var i = 0; i < (int)duration.TotalSeconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var next = ProbedNow();
            ages.OnPublished(last, next);
            last = next;
        }

        return last;
    }

    private ClusterSnapshot ProbedNow(TimeSpan pause = default) => Given.Snapshot(null, new NodeSnapshot(s_node) { ProbedAt = _time.GetTimestamp(), NextProbeWithin = pause, Reason = "" });
}
