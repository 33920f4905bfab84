using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

/// <summary>What docs/operations/topologies.md says of each: which losses a cluster survives by a failover, and which it waits out.</summary>
public sealed class TopologyTests
{
    [Theory]
    // Two data nodes and a witness.
    [InlineData("p a", 1, 0, "", "p", "a")]
    [InlineData("p a", 1, 0, "", "w1 p", null)]
    [InlineData("p a", 1, 0, "", "a p", null)]
    [InlineData("p a", 1, 1, "", "p", null)]
    // Three data nodes.
    [InlineData("p a b", 0, 1, "", "p", "a")]
    [InlineData("p a b", 0, 1, "", "b p", null)]
    [InlineData("p a b", 0, 0, "", "p", "a")]
    [InlineData("p a b", 0, 0, "", "b p", null)]
    [InlineData("p a b", 0, 2, "", "p", null)]
    // Three and a witness.
    [InlineData("p a b", 1, 1, "", "p", "a")]
    [InlineData("p a b", 1, 1, "", "w1 p", null)]
    [InlineData("p a b", 1, 1, "", "b p", null)]
    // Five, all of them synchronous, and with two synchronous ones.
    [InlineData("p a b c d", 0, 1, "", "p", "a")]
    [InlineData("p a b c d", 0, 1, "", "d p", null)]
    [InlineData("p a b c d", 0, 1, "a b", "d p", "a")]
    [InlineData("p a b c d", 0, 1, "a b", "b p", null)]
    [InlineData("p a b c d", 0, 1, "a b", "c d p", null)]
    [InlineData("p a b c d", 0, 2, "a b c", "d p", "a")]
    [InlineData("p a b c d", 0, 0, "", "d p", "a")]
    public void Losses_OneAfterTheOther_ThePrimaryIsSucceededOrNot(string dataNodes, int witnesses, int required, string synchronous, string lost, string? successor)
    {
        var cluster = new Cluster(dataNodes, required, witnesses, synchronous);
        var i = new Driver(cluster).InPeace();
        foreach (var node in lost.Split(' '))
            i.Lose(node);
        i.Live();
        Assert.Equal(successor ?? "p", i.State.Established!.Primary);
        Assert.Equal(successor, cluster.Servers.Values.SingleOrDefault(s => s is { IsAlive: true, InRecovery: false, Voter.IsWitness: false })?.Name);
    }
}
