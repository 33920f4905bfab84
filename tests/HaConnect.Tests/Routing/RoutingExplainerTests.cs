using HaConnect.Routing;
using HaConnect.Topology;

namespace HaConnect.Tests.Routing;

/// <summary>An explanation says of each node what routing makes of it.</summary>
public sealed class RoutingExplainerTests
{
    private static readonly Node[] s_nodes = [Given.Node(0, "p"), Given.Node(1, "a"), Given.Node(2, "b"), Given.Node(3, "c"), Given.Node(4, "gone")];
    private static readonly ReadDemand s_plain = new(TimeSpan.FromSeconds(1), ReadFallback.Primary);

    [Fact]
    public void Read_FreshReplicas_NamesThemAndWhyNotTheOthers() => Assert.Equal(
        """
        the read goes to a, which holds what was acked 1000 ms ago
            p: not needed: a replica will do; of p
          * a: of a
            b: not proven to be fresh enough; of b
            c: it would do, but others go first: those of Routing.Zone, then those within Routing.LatencyWindow of the fastest; of c
            gone: of gone
        """,
        Read(s_plain));

    [Fact]
    public void Read_Token_SaysHowFarEachHasReplayed() => Assert.Equal(
        """
        the read goes to the primary p, since no replica is proven to hold what was acked 1000 ms ago and 0/500, as the causal token asks for
          * p: of p
            a: has replayed 0/400 at its last probe; of a
            b: not proven to be fresh enough; of b
            c: has replayed nothing of the present term at its last probe; of c
            gone: of gone
        """,
        Read(s_plain with { Replayed = 0x500 }));

    [Fact]
    public void Read_NobodyQualifiesAndTheFallbackForbidsThePrimary_SaysSo() => Assert.Equal(
        """
        the read fails: no replica is proven to hold what was acked 1000 ms ago and what was seen before in this scope (fallback Fail)
            p: the fallback Fail forbids it; of p
            a: may lack what was seen before in this scope; of a
            b: not proven to be fresh enough; of b
            c: may lack what was seen before in this scope; of c
            gone: of gone
        """,
        Read(s_plain with { SeenUntil = 999, Fallback = ReadFallback.Fail }));

    [Fact]
    public void Read_FreshestOfThoseThatAreTooOld_SaysSo()
    {
        var text = Read(s_plain with { Fallback = ReadFallback.Freshest }, oldest: 999);
        Assert.StartsWith("the read goes to a, the freshest, since no replica is proven to hold what was acked 1000 ms ago\n", text, StringComparison.Ordinal);
        Assert.Contains("* a: not proven to be fresh enough; of a; taken all the same, as the freshest", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OnlySomeReplicas_SaysOfTheOthersThatTheyAreNotAskedFor()
    {
        var named = Read(s_plain with { Only = ["c"] });
        Assert.StartsWith("the read goes to c, which holds", named, StringComparison.Ordinal);
        Assert.Contains("    a: not asked for: only c will do; of a", named, StringComparison.Ordinal);
        Assert.Contains("    a: not asked for: only asynchronous replicas will do; of a", Read(s_plain with { Kind = ReplicaKind.Asynchronous }), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Strong_GoesToThePrimary()
    {
        var text = Read(s_plain with { PrimaryOnly = true });
        Assert.StartsWith("the read goes to the primary p, since it is to be strongly consistent\n  * p: of p\n", text, StringComparison.Ordinal);
        Assert.Contains("    a: no replica will do for a strongly consistent read", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WithAndWithoutAPrimary()
    {
        Assert.StartsWith("a write goes to p: of p\n  * p: of p\n    a: of a\n", $"{RoutingExplainer.Write(Snapshot())}", StringComparison.Ordinal);
        Assert.StartsWith("a write waits: no node out of recovery answers", $"{RoutingExplainer.Write(new ClusterSnapshot { Nodes = [], TakenAt = default, Reason = "no node out of recovery answers" })}", StringComparison.Ordinal);
    }

    [Fact]
    public void Read_StrongWithoutAPrimary_WaitsWhateverTheFallback()
    {
        var snapshot = new ClusterSnapshot { Nodes = [], TakenAt = default, Reason = "no node out of recovery answers" };
        var strong = s_plain with { PrimaryOnly = true, Fallback = ReadFallback.Fail };
        Assert.StartsWith("the read waits: there is no primary that can be read", $"{RoutingExplainer.Read(snapshot, 100, strong)}", StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAndWrite_EveryNodeIsMisconfigured_Fail()
    {
        var wrong = new NodeSnapshot(s_nodes[0]) { Reason = "28P01", Reachability = NodeReachability.Unreachable, IsMisconfigured = true };
        var snapshot = new ClusterSnapshot { Nodes = [wrong], TakenAt = default, Reason = "no node answers", IsComplete = true };
        Assert.StartsWith("a write fails: no node answers", $"{RoutingExplainer.Write(snapshot)}", StringComparison.Ordinal);
        Assert.StartsWith("the read fails", $"{RoutingExplainer.Read(snapshot, 100, s_plain)}", StringComparison.Ordinal);
    }

    private static string Read(ReadDemand demand, long oldest = 100) => $"{RoutingExplainer.Read(Snapshot(), oldest, demand)}";

    private static ClusterSnapshot Snapshot()
    {
        NodeSnapshot[] nodes = [.. s_nodes.Select(n => new NodeSnapshot(n) { Reason = $"of {n.Name}" })];
        return new ClusterSnapshot
        {
            Nodes = nodes,
            Primary = nodes[0],
            TakenAt = default,
            Reason = "of p",
            PrimaryFreshAsOf = long.MaxValue,
            ReadTiers =
            [
                [new ReadTarget(s_nodes[1], 300, Given.Started, 0x400, IsSynchronous: true), new ReadTarget(s_nodes[2], 50, Given.Started, 0x300, IsSynchronous: false)],
                [new ReadTarget(s_nodes[3], 200, Given.Started, 0, IsSynchronous: false)],
            ],
        };
    }
}
