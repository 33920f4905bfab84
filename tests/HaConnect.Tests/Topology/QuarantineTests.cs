using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class QuarantineTests
{
    private const string Remedy = "make it a standby from a new base backup";
    private static readonly TermRow s_term2 = Given.Row(2, "p", 1, "a");

    [Theory]
    // The primary p is on timeline 2 of term 2; a node "a" out of recovery on the timeline given, with the register given.
    [InlineData(1, null, "an old primary, on timeline 1, while term 2 belongs to p; bring it back")]
    [InlineData(1, "1,i,established,1,a,0,,a", "an old primary, on timeline 1")]
    [InlineData(3, null, "a fork. It is out of recovery on timeline 3, but term 2 belongs to p: it was promoted by hand, or by a failover that came to no end, and")]
    [InlineData(3, "2,i,established,2,p,0,,a", "a fork.")]
    [InlineData(2, null, "a fork.")] // two promoted from one parent get the same number
    [InlineData(3, "2,i,decided,2,a,0,,a", "a fork.")] // promoted, never established, and the old primary came back
    [InlineData(3, "3,i,decided,3,a,0,,a", null)]
    [InlineData(3, "3,i,promised,0,,0,,a", null)] // the promise of whoever finishes it
    [InlineData(3, "3,i,decided,3,a,0,,b", "a fork.")] // the register is another node's
    public void Why_BesideThePrimary_TellsOldPrimariesFromForks(int timeline, string? register, string? expected)
    {
        var why = Quarantine.Why(OutOfRecovery("a", timeline, register), Select(true));
        if (expected is null)
        {
            Assert.Null(why);
            return;
        }

        Assert.StartsWith($"quarantined: {expected}", why, StringComparison.Ordinal);
        Assert.Equal(expected.StartsWith("a fork", StringComparison.Ordinal), why!.Contains(Remedy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a", null, "quarantined: a fork.")] // promoted by hand, since the primary was gone
    [InlineData("a", "3,i,decided,3,a,0,,a", null)]
    [InlineData("p", null, null)]
    public void Why_PrimaryGone_AFailoverUnderWayIsNoFork(string name, string? register, string? expected)
    {
        var why = Quarantine.Why(OutOfRecovery(name, 3, register), Select(false));
        if (expected is null)
            Assert.Null(why);
        else
            Assert.StartsWith(expected, why, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_RecordEndsWithItsOwnTerm_IsAnOldPrimaryAlsoWhileTheNewOneIsAway()
    {
        var node = OutOfRecovery("a", 1, "1,i,established,1,a,0,,a");
        node = node.Answers(node.LastState! with { EstablishedTerm = Given.Row(1, "a", 1, "p"), NewestTerm = Given.Row(1, "a", 1, "p") });
        Assert.StartsWith("quarantined: an old primary, on timeline 1", Quarantine.Why(node, Select(true)), StringComparison.Ordinal);
        Assert.StartsWith("quarantined: an old primary, on timeline 1", Quarantine.Why(node, Select(false)), StringComparison.Ordinal);
    }

    [Fact]
    public void Why_RegisterThatMayNotBeRead_ClaimsNoMoreThanIsKnown()
    {
        // Without the register a failover under way looks like this.
        var node = OutOfRecovery("a", 3, null);
        Assert.Null(Quarantine.Why(node.Answers(node.LastState! with { SeesRegister = false }), Select(false)));
    }

    [Fact]
    public void Why_PrimaryOrStandby_IsNotQuarantined()
    {
        Assert.Null(Quarantine.Why(Given.Facts(s_p).Answers(Given.Primary(timeline: 2, established: s_term2)), Select(true)));
        Assert.Null(Quarantine.Why(Given.Facts(Given.Node(1, "a")).Answers(Given.Standby()), Select(true)));
        Assert.Null(Quarantine.Why(Given.Facts(Given.Node(1, "a")), Select(true)));
    }

    private static readonly Node s_p = Given.Node(0, "p");

    private static PrimarySelection Select(bool primaryAnswers)
    {
        var primary = Given.Facts(s_p).Answers(Given.Primary(timeline: 2, established: s_term2));
        return PrimarySelection.Select([primaryAnswers ? primary : primary.Fails(ProbeFailureKind.Refused)], s_term2, 0, 2, 3);
    }

    private static NodeFacts OutOfRecovery(string name, int timeline, string? register) =>
        Given.Facts(Given.Node(name == "p" ? 0 : 1, name)).Answers(Given.Primary(timeline: timeline, established: s_term2) with { Register = Register.Parse(register) });
}
