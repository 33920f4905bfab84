using HaConnect.Failover;
using HaConnect.Failover.Promotion;

namespace HaConnect.Tests.Failover;

public sealed class QuorumTests
{
    /// <summary>n synchronous standbys, of which k must ack.</summary>
    public static TheoryData<int, int> StandbysAndAcks => new() { { 1, 1 }, { 2, 1 }, { 2, 2 }, { 3, 1 }, { 3, 2 }, { 3, 3 }, { 4, 2 }, { 5, 1 }, { 5, 3 } };

    [Theory]
    // However many must ack: one standby's two connections count twice, so that one standby may hold the only copy.
    [MemberData(nameof(StandbysAndAcks))]
    public void CutOffNeeded_Synchronous_IsAllOfThem(int n, int k) =>
        Assert.Equal(n, Quorum.CutOffNeeded(Given.Row(1, "p", k, Names(n)), n + 1));

    [Theory]
    // Asynchronous: a majority of the other data nodes.
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    public void CutOffNeeded_Asynchronous_IsAMajorityOfTheOthers(int dataNodes, int needed) =>
        Assert.Equal(needed, Quorum.CutOffNeeded(Given.Row(1, "p", 0), dataNodes));

    [Theory]
    [MemberData(nameof(StandbysAndAcks))]
    public void CutsOff_EverySetThatSuffices_MeetsEverySetThatCouldAck(int n, int k)
    {
        var row = Given.Row(1, "p", k, Names(n));
        foreach (var cutOff in Subsets(Names(n)).Where(f => Quorum.CutsOff(row, f, n + 1)))
            Assert.All(Subsets(Names(n)).Where(q => q.Length == 1), acking => Assert.NotEmpty(acking.Intersect(cutOff)));
        foreach (var cutOff in Subsets(Names(n)).Where(f => !Quorum.CutsOff(row, f, n + 1)))
            Assert.Contains(Subsets(Names(n)).Where(q => q.Length == 1), acking => !acking.Intersect(cutOff).Any());
    }

    [Fact]
    public void CutsOff_OnlyConfiguredSynchronousStandbys_Count()
    {
        var row = Given.Row(1, "p", 1, "a", "b");
        Assert.False(Quorum.CutsOff(row, ["a", "x", "y"], 5));
        Assert.False(Quorum.CutsOff(row, [], 3));
        Assert.True(Quorum.CutsOff(row, ["a", "b"], 3));
    }

    [Fact]
    public void CutsOff_Asynchronous_DoesNotCountThePrimary()
    {
        var row = Given.Row(1, "p", 0);
        Assert.False(Quorum.CutsOff(row, ["p", "a"], 3));
        Assert.True(Quorum.CutsOff(row, ["a", "b"], 3));
    }

    [Fact]
    public void Obliging_PositionsOfSeveralTerms_AreTheNewestAndTheEstablished()
    {
        var one = Given.Row(1, "p", 1, "a", "b");
        var two = Given.Row(2, "a", 1, "b") with { IsEstablished = false };
        StandbyPosition[] positions = [new(one, 10, 10), new(two, 5, 5), new(null, 50, 50)];
        Assert.Equal([2, 1], Quorum.Obliging(positions, one).Select(r => r.Term));
        Assert.Equal([2], Quorum.Obliging(positions, null).Select(r => r.Term));
        Assert.Equal([2], Quorum.Obliging(positions, two).Select(r => r.Term));
        Assert.Empty(Quorum.Obliging([new StandbyPosition(null, 1, 1)], null));
    }

    private static string[] Names(int n) => [.. Enumerable.Range(1, n).Select(i => $"s{i}")];

    private static IEnumerable<string[]> Subsets(string[] names) =>
        Enumerable.Range(0, 1 << names.Length).Select(bits => names.Where((_, i) => (bits >> i & 1) == 1).ToArray());
}
