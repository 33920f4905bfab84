using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Topology;

/// <summary>What an instance knows of promotions in a cluster that nobody coordinates: only what it has seen.</summary>
public sealed class TimelineForkTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ClusterState _state;

    public TimelineForkTests() =>
        _state = new(new HaDatabaseOptions { Nodes = { new() { Name = "n1", Host = "a" }, new() { Name = "n2", Host = "b" } } }, _clock);

    [Fact]
    public void PromotionSeen_HoldsWhatTheStandbyHadReplayed()
    {
        Answer("n1", Given.Primary(0x5000));
        Answer("n2", Given.Standby(0x4000));
        Answer("n2", Given.Standby(0x4800));
        Fail("n1");
        Answer("n2", Given.Primary(0x4900, timeline: 2));
        Assert.Equal("n2", _state.Current.Primary?.Name);
        Assert.Equal([new TimelineFork(2, 1, 0x4800)], _state.Current.Forks);
        Fail("n2");
        Answer("n2", Given.Primary(0x6000, timeline: 2));
        Assert.Equal([new TimelineFork(2, 1, 0x4800)], _state.Current.Forks);
    }

    [Fact]
    public void PromotedAndRestarted_OrNeverSeenAsAStandby_NothingIsKnown()
    {
        Answer("n1", Given.Primary(0x5000));
        Answer("n2", Given.Standby(0x4800));
        Fail("n1");
        Answer("n2", Given.Primary(0x4900, timeline: 2, started: Given.Restarted));
        Assert.Equal("n2", _state.Current.Primary?.Name);
        Assert.Empty(_state.Current.Forks);
    }

    /// <summary>A standby that knew nothing of n2's promotion takes the same number.</summary>
    [Fact]
    public void AnotherNodePromotedToTheSameTimeline_IsAmbiguous()
    {
        PromotionSeen_HoldsWhatTheStandbyHadReplayed();
        Fail("n2");
        Answer("n1", Given.Primary(0x5000, timeline: 2, started: Given.Restarted));
        Assert.Equal("n1", _state.Current.Primary?.Name);
        Assert.Equal([TimelineFork.Ambiguous(2)], _state.Current.Forks);
    }

    private void Answer(string node, ServerState state)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        _state.Apply(NodeObservation.Answered(_state.Current[node]!.Node, _clock.GetTimestamp(), _clock.GetTimestamp() + 1, state));
    }

    private void Fail(string node) =>
        _state.Apply(NodeObservation.Failed(_state.Current[node]!.Node, _clock.GetTimestamp(), _clock.GetTimestamp() + 1, new ProbeFailure(ProbeFailureKind.Refused, "refused")));
}
