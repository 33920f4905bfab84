using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class NodeFactsTests
{
    [Theory]
    // What failed, how often in a row, what it means with three time-outs until unreachable.
    [InlineData(nameof(ProbeFailureKind.Refused), 1, NodeReachability.Unreachable)]
    [InlineData(nameof(ProbeFailureKind.Misconfigured), 1, NodeReachability.Unreachable)]
    [InlineData(nameof(ProbeFailureKind.TimedOut), 1, NodeReachability.Suspect)]
    [InlineData(nameof(ProbeFailureKind.TimedOut), 2, NodeReachability.Suspect)]
    [InlineData(nameof(ProbeFailureKind.TimedOut), 3, NodeReachability.Unreachable)]
    [InlineData(nameof(ProbeFailureKind.NotReady), 50, NodeReachability.Suspect)]
    [InlineData(nameof(ProbeFailureKind.Overloaded), 50, NodeReachability.Suspect)]
    [InlineData(nameof(ProbeFailureKind.Unclear), 1, NodeReachability.Suspect)]
    public void Reachability_Failures_CountByWhatTheyProve(string kind, int times, NodeReachability expected) =>
        Assert.Equal(expected, Standby().Fails(Enum.Parse<ProbeFailureKind>(kind), times).Reachability(3));

    [Fact]
    public void Reachability_NotProbed_IsUnknown() => Assert.Equal(NodeReachability.Unknown, Given.Facts(Given.Node(0)).Reachability(3));

    [Fact]
    public void After_AnAnswer_ForgetsTheTimeouts()
    {
        var facts = Standby().Fails(ProbeFailureKind.TimedOut, 2).Answers(Given.Standby()).Fails(ProbeFailureKind.TimedOut, 2);
        Assert.Equal((NodeReachability.Suspect, 2), (facts.Reachability(3), facts.TimeoutsInARow));
    }

    [Fact]
    public void After_AnErrorOfAServerThatIsThere_BreaksTheRowOfTimeouts() =>
        Assert.Equal(NodeReachability.Suspect, Standby().Fails(ProbeFailureKind.TimedOut, 2).Fails(ProbeFailureKind.Overloaded).Fails(ProbeFailureKind.TimedOut, 2).Reachability(3));

    [Fact]
    public void After_AFailure_KeepsTheLastState()
    {
        var facts = Standby(0x5000).Fails(ProbeFailureKind.Refused);
        Assert.Equal(0x5000UL, facts.LastState!.ReplayLsn);
        Assert.Equal(100, facts.LastStateSentAt);
        Assert.NotNull(facts.Failure);
    }

    [Fact]
    public void Timeline_StreamLostAndControlFileOlder_StaysWhatWasReceived() =>
        Assert.Equal(2, Given.Facts(Given.Node(0)).Answers(Given.Standby(timeline: 2)).Answers(Given.Standby(timeline: 1)).Answers(Given.Standby(timeline: null)).Timeline);

    [Fact]
    public void Timeline_ServerRestarted_IsForgotten() =>
        Assert.Equal(1, Given.Facts(Given.Node(0)).Answers(Given.Standby(timeline: 2)).Answers(Given.Standby(timeline: 1, started: Given.Restarted)).Timeline);

    [Fact]
    public void Timeline_Promoted_IsThePrimarysOwn() =>
        Assert.Equal(2, Given.Facts(Given.Node(0)).Answers(Given.Standby(timeline: 1)).Answers(Given.Primary(timeline: 2)).Timeline);

    [Theory]
    [InlineData(nameof(ProbeFailureKind.Refused), 1, false)]
    [InlineData(nameof(ProbeFailureKind.NotReady), 1, false)]
    [InlineData(nameof(ProbeFailureKind.TimedOut), 1, true)]
    [InlineData(nameof(ProbeFailureKind.TimedOut), 3, false)]
    [InlineData(nameof(ProbeFailureKind.Overloaded), 5, true)]
    public void MayServe_LastProbeFailed_AsFarAsAServerMayBeThere(string kind, int times, bool expected) =>
        Assert.Equal(expected, Standby().Fails(Enum.Parse<ProbeFailureKind>(kind), times).MayServe(3));

    private static NodeFacts Standby(ulong replay = 0x1000) => Given.Facts(Given.Node(0)).Answers(Given.Standby(replay));
}
