using HaConnect.Failover;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

/// <summary>Something goes wrong at each single command of a failover; the simulated servers check the invariants all along.</summary>
public sealed class FailoverFaultTests
{
    public static TheoryData<string, int, int> Clusters => new()
    {
        { "p a b", 1, 0 },
        { "p a b", 1, 1 },
        { "p a b", 1, 2 },
        { "p a b c", 2, 1 },
        { "p a b", 0, 0 },
        { "p a b", 0, 2 },
        { "p a b c d", 2, 0 },
        { "p a b c d", 3, 1 },
    };

    [Theory]
    [MemberData(nameof(Clusters))]
    public void Failover_FaultAtAnySingleCommand_EndsWithOnePrimaryAndNobodyLeftCutOff(string dataNodes, int required, int witnesses)
    {
        var commands = Attempt(dataNodes, required, witnesses, (-1, Reaction.Answer), returns: false);
        for (var at = 0; at < commands; at++)
        {
            foreach (var reaction in (Reaction[])[Reaction.Refuse, Reaction.Silence, Reaction.DropBefore, Reaction.DropAfter])
            {
                Attempt(dataNodes, required, witnesses, (at, reaction), returns: false);
                Attempt(dataNodes, required, witnesses, (at, reaction), returns: true);
            }
        }
    }

    /// <summary>How many commands the first attempt gave.</summary>
    private static int Attempt(string dataNodes, int required, int witnesses, (int At, Reaction Reaction) fault, bool returns)
    {
        var cluster = new Cluster(dataNodes, required, witnesses);
        var i = new Driver(cluster).InPeace();
        var standbys = dataNodes.Split(' ')[1..];
        cluster.Write(cluster["p"]);
        cluster.StreamAll();
        i.Lose("p");
        var count = 0;
        i.React = _ => count++ == fault.At ? fault.Reaction : Reaction.Answer;
        i.Look();
        i.Run();
        i.React = _ => Reaction.Answer;
        if (returns)
            cluster["p"].IsAlive = true;
        i.Live(25);

        var what = $"{dataNodes} k={required} w={witnesses}, {fault.Reaction} at {fault.At}, p {(returns ? "returns" : "stays away")}: {i.State.Step}\n{string.Join('\n', i.Told.Select(t => t.Sentence).TakeLast(12))}";
        Assert.True(i.State.Step == Step.Leading, what);
        var primary = cluster[i.State.Established!.Primary];
        Assert.True(primary is { IsAlive: true, InRecovery: false }, what);
        Assert.True(standbys.All(s => !cluster[s].InRecovery || cluster[s].Upstream.Length > 0), what);

        // It acks again.
        var acked = cluster.Acked.Count;
        cluster.Write(primary);
        cluster.StreamAll();
        Assert.True(required == 0 ? primary.SynchronousNames.Length == 0 : cluster.Acked.Count > acked, what);
        return count;
    }
}
