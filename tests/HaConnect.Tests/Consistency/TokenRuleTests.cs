using HaConnect.Consistency;
using HaConnect.Topology;

namespace HaConnect.Tests.Consistency;

/// <summary>What a token means after what has happened to the cluster since it was taken.</summary>
public sealed class TokenRuleTests
{
    private const ulong At = 0x5000;

    [Theory]
    [InlineData(3, 2, TokenDemandKind.Replayed, At)] // of the term in force
    [InlineData(4, 2, TokenDemandKind.Wait, 0)] // of a later term than was seen
    [InlineData(3, 1, TokenDemandKind.Refused, 0)] // a term has one timeline
    [InlineData(2, 1, TokenDemandKind.AskPrimary, 0)]
    [InlineData(2, 2, TokenDemandKind.AskPrimary, 0)]
    internal void Judge_ManagedAndNobodyAskedYet(long term, int timeline, TokenDemandKind kind, ulong replayed)
    {
        var demand = TokenRule.Judge(Token(term, timeline), Snapshot(3, 2), history: null);
        Assert.Equal((kind, replayed), (demand.Kind, demand.Replayed));
    }

    [Theory]
    [InlineData(1, true, null, TokenDemandKind.Replayed, 1)] // nothing acked can be missing: whoever follows the primary has it
    [InlineData(2, true, null, TokenDemandKind.Replayed, At)] // the same primary, confirmed in a later term: its WAL goes on
    [InlineData(1, true, At, TokenDemandKind.Replayed, 1)] // all of it was kept
    [InlineData(1, true, At - 1, TokenDemandKind.Refused, 0)]
    [InlineData(2, true, At - 1, TokenDemandKind.Refused, 0)] // two nodes promoted from one parent have equal timelines
    [InlineData(1, false, null, TokenDemandKind.Refused, 0)] // not even its term was kept
    internal void Judge_ManagedOfAnEarlierTerm_AsThePrimarysRowsSay(int timeline, bool exists, ulong? mayLackFrom, TokenDemandKind kind, ulong replayed)
    {
        var demand = TokenRule.Judge(Token(2, timeline), Snapshot(3, 2), new TermHistory(exists, mayLackFrom));
        Assert.Equal((kind, replayed), (demand.Kind, demand.Replayed));
    }

    [Fact]
    public void Judge_Refused_NamesWhatIsLost()
    {
        var lost = TokenRule.Judge(Token(2, 1), Snapshot(3, 2), new TermHistory(Exists: true, 0x4000));
        Assert.Equal("what it stands for (term 2, up to 0/5000) may be lost: a failover since then keeps what was written up to 0/4000 only", lost.Why);
        var other = TokenRule.Judge(new CausalToken(1, 2, 1, At), Snapshot(3, 2), history: null);
        Assert.Equal("it is of the cluster with the system identifier 1, and this one's is 7000000001: drop it", other.Why);
    }

    [Theory]
    [InlineData(3, TokenDemandKind.Replayed, At)]
    [InlineData(4, TokenDemandKind.Wait, 0)]
    [InlineData(2, TokenDemandKind.Replayed, 1)] // 3 began behind it
    [InlineData(1, TokenDemandKind.Refused, 0)] // 2 began before it
    internal void Judge_Unmanaged_AsThePromotionsWereSeen(int timeline, TokenDemandKind kind, ulong replayed)
    {
        var demand = TokenRule.Judge(Token(0, timeline), Snapshot(null, 3, new TimelineFork(2, 1, At - 1), new TimelineFork(3, 2, At)), history: null);
        Assert.Equal((kind, replayed), (demand.Kind, demand.Replayed));
    }

    [Fact]
    public void Judge_UnmanagedAndThePromotionWasNotSeen_IsRefused()
    {
        var demand = TokenRule.Judge(Token(0, 1), Snapshot(null, 2), history: null);
        Assert.Equal("it is of timeline 1, the primary is on timeline 2, and this instance did not see how that one began: what it stands for may be lost", demand.Why);
    }

    [Fact]
    public void Judge_TimelineThatIsNoAncestor_IsRefused()
    {
        // 3 goes on from 1: what was written on 2 is not in it.
        var demand = TokenRule.Judge(Token(0, 2), Snapshot(null, 3, new TimelineFork(3, 1, At)), history: null);
        Assert.Equal(TokenDemandKind.Refused, demand.Kind);
        Assert.Contains("timeline 2, on which it was taken, is not in the history", demand.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, false)] // of what was written before, nothing is known either
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void Judge_TwoNodesHaveHadOneTimeline_NothingOfItIsKnown(int timeline, bool isHonoured)
    {
        var demand = TokenRule.Judge(Token(0, timeline), Snapshot(null, 5, new TimelineFork(5, 4, At), TimelineFork.Ambiguous(4)), history: null);
        Assert.Equal(isHonoured, demand.Kind == TokenDemandKind.Replayed);
    }

    [Fact]
    public void Judge_NoPrimary_Waits() =>
        Assert.Equal(TokenDemandKind.Wait, TokenRule.Judge(Token(3, 2), new ClusterSnapshot { Nodes = [], TakenAt = default, Reason = "", SystemIdentifier = Given.SystemId, Term = 3 }, history: null).Kind);

    private static CausalToken Token(long term, int timeline) => new(Given.SystemId, term, timeline, At);

    private static ClusterSnapshot Snapshot(long? term, int timeline, params TimelineFork[] forks)
    {
        var primary = new NodeSnapshot(Given.Node(0)) { Reason = "", Timeline = timeline };
        return new ClusterSnapshot { Nodes = [primary], Primary = primary, TakenAt = default, Reason = "", SystemIdentifier = Given.SystemId, Term = term, Forks = forks };
    }
}
