using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class VoterSightTests
{
    private static readonly TermRow s_inForce = Given.Row(1, "n1");

    [Theory]
    // The kind of the failures, the SQLSTATE where a server sent one, how many in a row; whether it is out of sight with three until unreachable.
    [InlineData(nameof(ProbeFailureKind.TimedOut), null, 1, false)]
    [InlineData(nameof(ProbeFailureKind.TimedOut), null, 2, false)]
    [InlineData(nameof(ProbeFailureKind.TimedOut), null, 3, true)]
    [InlineData(nameof(ProbeFailureKind.Unclear), null, 2, false)]
    [InlineData(nameof(ProbeFailureKind.Unclear), null, 3, true)]
    [InlineData(nameof(ProbeFailureKind.Refused), null, 1, true)]
    [InlineData(nameof(ProbeFailureKind.Refused), "57P01", 1, true)] // it is being stopped
    [InlineData(nameof(ProbeFailureKind.Misconfigured), null, 1, true)] // an unknown host
    [InlineData(nameof(ProbeFailureKind.Misconfigured), "28P01", 50, false)]
    [InlineData(nameof(ProbeFailureKind.NotReady), "57P03", 50, false)]
    [InlineData(nameof(ProbeFailureKind.Overloaded), "53300", 50, false)]
    [InlineData(nameof(ProbeFailureKind.Unclear), "XX000", 50, false)]
    public void OutOfSightSince_Failures_CountWhereTheServerSaidNothing(string kind, string? sqlState, int times, bool isOut)
    {
        var sight = Failing(new VoterSight("w").Heard(), kind, sqlState, times, first: 70);
        Assert.Equal(isOut ? 70L : null, sight.OutOfSightSince(s_inForce, 3));
    }

    [Fact]
    public void OutOfSightSince_NeverProbed_IsInDoubt()
    {
        var sight = new VoterSight("w");
        Assert.Equal((null, false), (sight.OutOfSightSince(s_inForce, 3), sight.IsHeard));
    }

    [Fact]
    public void Heard_AfterFailures_IsInSightAndTheNextSilenceBeginsAnew()
    {
        var sight = Failing(new VoterSight("w"), nameof(ProbeFailureKind.TimedOut), null, 3, first: 70).Heard();
        Assert.Equal((null, true), (sight.OutOfSightSince(s_inForce, 3), sight.IsHeard));
        sight = Failing(sight, nameof(ProbeFailureKind.TimedOut), null, 2, first: 90);
        Assert.Equal((null, false), (sight.OutOfSightSince(s_inForce, 3), sight.IsHeard));
        Assert.Equal(90, Failing(sight, nameof(ProbeFailureKind.TimedOut), null, 1, first: 95).OutOfSightSince(s_inForce, 3));
    }

    [Fact]
    public void Missed_TheServerAnsweredWithAnError_IsHeard() => Assert.True(Failing(new VoterSight("w"), nameof(ProbeFailureKind.Overloaded), "53300", 1, 70).IsHeard);

    [Fact]
    public void Heard_NothingNew_IsTheSameObject()
    {
        var register = Register.Parse("1,i,established,1,n1,1,n1,w")!;
        var sight = new VoterSight("w").Heard(register, 50);
        Assert.Same(sight, sight.Heard());
        Assert.Same(sight, sight.Heard(register with { }, 60));
        Assert.NotSame(sight, sight.Heard(register with { Term = 2 }, 60));
    }

    [Theory]
    // What the record of a voter that answers says, and whether it speaks for another primary than n1, of term 1.
    [InlineData("1,i,established,1,n1,1,n1,w", false)]
    [InlineData("2,i,promised,0,,0,,w", false)] // a failover that may come to nothing
    [InlineData("2,i,decided,2,n2,0,,w", false)]
    [InlineData("2,i,accepted,2,n2,2,n2,w", true)]
    [InlineData("2,i,established,2,n2,2,n2,w", true)]
    [InlineData("2,i,established,2,n1,2,n1,w", false)] // confirmed
    [InlineData("3,i,promised,2,n2,2,n2,w", true)]
    [InlineData("3,i,promised,1,n1,0,,w", false)]
    public void OutOfSightSince_RecordOfALaterTerm_CountsOnceAnotherIsAccepted(string register, bool isOut) =>
        Assert.Equal(isOut ? 80L : null, new VoterSight("w").Heard(Register.Parse(register)!, 80).Heard(Register.Parse(register)!, 85).OutOfSightSince(s_inForce, 3));

    private static VoterSight Failing(VoterSight sight, string kind, string? sqlState, int times, long first)
    {
        for (var i = 0; i < times; i++)
            sight = sight.Missed(new ProbeFailure(Enum.Parse<ProbeFailureKind>(kind), "it failed", sqlState), first + i);
        return sight;
    }
}
