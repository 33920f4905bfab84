using HaConnect.ClusterTests.Lab;
using HaConnect.Histories;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Faults;

/// <summary>Clusters in which one more failure is one too many.</summary>
public sealed class SmallClusterTests : FaultTest
{
    /// <summary>Fault 39: nobody is promoted, and nobody acks alone.</summary>
    [Fact]
    public async Task TwoNodesWithoutWitness_EachFault_BlocksAndHeals()
    {
        var lab = await StartLabAsync(new LabOptions { HasNetwork = true, Coordinators = 2, Cluster = new PostgresClusterOptions { Standbys = 1 } });
        lab.FaultBegins("n1 and n2 are cut", lab.Cluster["n1"]);
        await lab.Network.CutAsync(["n1"], ["n2"]);
        await StaysBlockedAsync(lab);
        await lab.Network.MendAsync();
        await lab.UntilAckedAsync(20);

        lab.FaultBegins("kill of the standby");
        await lab.Cluster["n2"].KillAsync(Cancelled);
        await StaysBlockedAsync(lab);
        await lab.Cluster["n2"].StartAsync(Cancelled);
        await lab.UntilAckedAsync(20);

        lab.FaultBegins("kill of the primary", lab.Cluster["n1"]);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        await StaysBlockedAsync(lab);
        await lab.Cluster["n1"].StartAsync(Cancelled);
        await lab.UntilAckedAsync(20);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(0, lab.Promotions);
    }

    /// <summary>Fault 38: four voters, so that without primary and witness there is no majority; back, the witness knows what it promised.</summary>
    [Fact]
    public async Task WitnessDownAtKill_IsRefusedUntilItIsBack()
    {
        var lab = await StartLabAsync(new LabOptions { Cluster = new PostgresClusterOptions { Witnesses = 1 } });
        lab.FaultBegins("kill of witness and primary", lab.Cluster["n1"]);
        await lab.Cluster["w1"].KillAsync(Cancelled);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        await StaysBlockedAsync(lab);
        await lab.Cluster["w1"].StartAsync(Cancelled);
        var (term, primary) = await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(20);

        await lab.Cluster["w1"].RestartAsync(cancellationToken: Cancelled);
        await lab.Cluster.RejoinAsync(lab.Cluster["n1"], Cancelled);
        lab.FaultBegins("kill after a restart of the witness", primary);
        await primary.KillAsync(Cancelled);
        Assert.True((await lab.PrimaryAsync(above: term)).Term > term);
        await lab.UntilAckedAsync(20);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(2, lab.Promotions);
    }

    /// <summary>The fault has come: nothing that is sent from now on is acked. An ack or two may be under way.</summary>
    private static async Task StaysBlockedAsync(FailoverLab lab)
    {
        var since = HistoryRecorder.Now;
        await FailoverLab.StaysAsync("nothing is acked and nobody promoted", () => !lab.Workload.AckedWrites.Any(a => a.Sent > since) && lab.Promotions == 0, TimeSpan.FromSeconds(4.5));
    }
}
