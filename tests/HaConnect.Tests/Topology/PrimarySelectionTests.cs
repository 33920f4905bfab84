using HaConnect.Probing;
using HaConnect.Topology;

namespace HaConnect.Tests.Topology;

public sealed class PrimarySelectionTests
{
    private static readonly Node s_a = Given.Node(0, "a");
    private static readonly Node s_b = Given.Node(1, "b");
    private static readonly TermRow s_term1 = Given.Row(1, "a", 1, "b", "c");
    private static readonly TermRow s_term2 = Given.Row(2, "b", 1, "c");

    // ---- Unmanaged: by what runs out of recovery, and of several by timeline. ----

    [Theory]
    [InlineData("a:s b:s", 0, null, "no node out of recovery")]
    [InlineData("a:p1 b:s", 0, "a", "the only node out of recovery")]
    [InlineData("a:p1 b:p2", 0, "b", "highest timeline, 2")]
    [InlineData("a:p3 b:p2", 0, "a", "highest timeline, 3")]
    [InlineData("a:p2 b:p2", 0, null, "both out of recovery on timeline 2")]
    [InlineData("a:p1 b:s", 2, null, "older than timeline 2 seen before")]
    [InlineData("a:p2 b:s", 2, "a", "the only node")]
    [InlineData("a:p1! b:s", 0, null, "no node out of recovery")]
    [InlineData("a:p1? b:s", 0, "a", "the only node")]
    [InlineData("a:p2! b:p1", 2, null, "it is an old primary")]
    [InlineData("a:p2! b:p1", 0, "b", "the only node")]
    public void Select_Unmanaged_TakesTheOnlyOrTheHighest(string nodes, int highestTimeline, string? expected, string reason)
    {
        var selection = PrimarySelection.Select(Parse(nodes), null, 0, highestTimeline, 3);
        Assert.Equal(expected, selection.Epoch?.Primary.Name);
        Assert.Contains(reason, selection.Reason, StringComparison.Ordinal);
        Assert.Null(selection.Epoch?.Term);
    }

    // ---- Managed: an established term makes a primary, never a timeline number. ----

    [Fact]
    public void Select_EstablishedTerm_MakesThePrimary()
    {
        var selection = Managed(s_term1, Primary(s_a, established: s_term1), Standby(s_b));
        Assert.Equal(("a", 1), (selection.Epoch?.Primary.Name, selection.Epoch?.Term?.Term));
    }

    [Fact]
    public void Select_OldPrimaryOnAHigherTimeline_IsNotUsed() =>
        Assert.Equal("b", Managed(s_term2, Primary(s_a, timeline: 9, established: s_term1), Primary(s_b, timeline: 2, established: s_term2)).Epoch?.Primary.Name);

    [Fact]
    public void Select_OldPrimaryWhileTheNewOneIsAway_IsNotUsedEither()
    {
        var selection = Managed(s_term2, Primary(s_a, established: s_term1), Primary(s_b, established: s_term2).Fails(ProbeFailureKind.Refused));
        Assert.Null(selection.Epoch);
        Assert.Contains("term 2 belongs to b", selection.Reason, StringComparison.Ordinal);
        Assert.Contains("a is out of recovery but not the established primary", selection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Select_PromotedButNotEstablished_IsNotThePrimaryYet()
    {
        var row = s_term2 with { IsEstablished = false };
        Assert.Null(Managed(s_term1, Primary(s_b, timeline: 2, established: s_term1, newest: row)).Epoch);
    }

    /// <summary>Who has to ack is changed by a term of the same primary: nobody waits meanwhile. An instance that was not there goes by what is established.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)] // promoted since
    [InlineData(null, false)]
    public void Select_NewTermOfThePrimaryNotEstablishedYet_StaysThePrimaryForWhoeverSawItReign(int? timelineBefore, bool isUsed)
    {
        var a = Primary(s_a, timeline: 1, established: s_term1, newest: s_term1 with { Term = 2, IsEstablished = false });
        var before = timelineBefore is { } timeline ? new Epoch(s_a, s_term1, timeline, Given.Started) : null;
        Assert.Equal(isUsed ? 1 : null, PrimarySelection.Select([a], s_term1, 0, 0, 3, before).Epoch?.Term?.Term);
    }

    [Fact]
    public void Select_TermShownByAStandbyBeforeThePrimaryWasProbedAgain_IsBelieved()
    {
        // b was probed at 100, still without its row; a standby showed the row at 200.
        var b = Primary(s_b, timeline: 2, established: s_term1, newest: s_term2 with { IsEstablished = false }, sentAt: 100);
        Assert.Equal(("b", 2), Named(PrimarySelection.Select([b], s_term2, 200, 0, 3)));
    }

    [Fact]
    public void Select_PrimaryProbedAfterItsTermWasSeenAndDoesNotShowIt_IsNotBelieved()
    {
        // The same name on another data directory: rebuilt, or restored from a backup.
        var b = Primary(s_b, established: s_term1, sentAt: 300);
        Assert.Null(PrimarySelection.Select([b], s_term2, 200, 0, 3).Epoch);
    }

    [Fact]
    public void Select_CloneOfThePrimaryOutOfRecovery_IsNotThePrimary() =>
        Assert.Null(Managed(s_term1, Primary(s_b, established: s_term1)).Epoch);

    [Fact]
    public void Select_UnseenTermOnTheNode_DoesNotServeTheOldOne()
    {
        // Promoted again in term 3, which is not established yet: term 1, which names it too, is over.
        var a = Primary(s_a, established: s_term1, newest: Given.Row(3, "a", 1, "b") with { IsEstablished = false });
        Assert.Null(Managed(s_term1, a).Epoch);
    }

    [Fact]
    public void Epoch_Equality_IsPrimaryTermTimelineAndProcess()
    {
        var epoch = new Epoch(s_a, s_term1, 1, Given.Started);
        Assert.Equal(epoch, new Epoch(s_a, Given.Row(1, "a", 1, "b", "c"), 1, Given.Started));
        Assert.Equal(epoch.GetHashCode(), new Epoch(s_a, Given.Row(1, "a"), 1, Given.Started).GetHashCode());
        Assert.NotEqual(epoch, epoch with { Timeline = 2 });
        Assert.NotEqual(epoch, epoch with { StartTime = Given.Restarted });
        Assert.NotEqual(epoch, epoch with { Term = s_term2 });
        Assert.NotEqual(epoch, epoch with { Primary = s_b });
    }

    private static (string?, long?) Named(PrimarySelection s) => (s.Epoch?.Primary.Name, s.Epoch?.Term?.Term);

    private static PrimarySelection Managed(TermRow newest, params NodeFacts[] nodes) => PrimarySelection.Select(nodes, newest, 0, 0, 3);

    private static NodeFacts Primary(Node node, int timeline = 1, TermRow? established = null, TermRow? newest = null, long sentAt = 100) =>
        Given.Facts(node).Answers(Given.Primary(timeline: timeline, established: established, newest: newest), sentAt);

    private static NodeFacts Standby(Node node) => Given.Facts(node).Answers(Given.Standby());

    /// <summary><c>a:p2!</c> is a, out of recovery on timeline 2, refusing now; <c>?</c> timed out once.</summary>
    private static List<NodeFacts> Parse(string nodes) => [.. nodes.Split(' ').Select(text =>
    {
        var node = text[0] == 'a' ? s_a : s_b;
        var facts = text[2] == 'p' ? Primary(node, timeline: text[3] - '0') : Standby(node);
        return text[^1] switch
        {
            '!' => facts.Fails(ProbeFailureKind.Refused),
            '?' => facts.Fails(ProbeFailureKind.TimedOut),
            _ => facts,
        };
    })];
}
