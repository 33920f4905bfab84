using HaConnect.ClusterTests.Lab;
using HaConnect.Histories;

namespace HaConnect.ClusterTests.Faults;

/// <summary>Cuts between servers, with clients and coordinators on either side.</summary>
public sealed class CutTests : FaultTest
{
    /// <summary>
    /// Faults 7 and 36: commits wait, and time out at the client after 2 s: unknown, never a success. While the primary is seen, nobody is
    /// promoted; when it dies in that state, what timed out is gone, and nobody was told otherwise.
    /// </summary>
    [Fact]
    public async Task PrimaryCutFromItsStandbys_CommitsTimeOut_AreUnknownAndNobodyIsPromotedUntilItDies()
    {
        var lab = await StartLabAsync(new LabOptions { HasNetwork = true, Configure = (_, settings) => settings["HaDatabase__ConnectionString"] += ";Command Timeout=2" });
        lab.FaultBegins("the primary is cut from its standbys", lab.Cluster["n1"]);
        await lab.Network.CutAsync(["n1"], ["n2", "n3"]);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(6));
        Assert.True(lab.Workload.Events.OfType<NotKnown>().Count() >= 5, "the writes that waited did not become unknown");
        await lab.Network.MendAsync();
        await lab.UntilAckedAsync(50);
        Assert.Equal(0, lab.Promotions);

        lab.FaultBegins("the primary is cut from its standbys, and killed", lab.Cluster["n1"]);
        await lab.Network.CutAsync(["n1"], ["n2", "n3"]);
        var unknown = lab.Workload.Events.OfType<NotKnown>().Count();
        await FailoverLab.UntilAsync("unknown writes", () => Task.FromResult(lab.Workload.Events.OfType<NotKnown>().Count() >= unknown + 5));
        await lab.Cluster["n1"].KillAsync(Cancelled);
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(1, lab.Promotions);
    }

    /// <summary>Faults 10, 12 and 13: n2 hears the primary no more, though the primary hears n2; it has the priority, and must not win by it.</summary>
    [Fact]
    public async Task OneWayLossToOneStandby_ThenPrimaryKilled_TheOtherStandbyIsChosen()
    {
        var lab = await StartLabAsync(new LabOptions { HasNetwork = true, Configure = (_, settings) => settings["HaDatabase__Nodes__1__Priority"] = "10" });
        lab.FaultBegins("n2 does not hear n1");
        await lab.Network.CutOneWayAsync("n1", "n2");
        await FailoverLab.UntilAsync("n2 without a receiver", () => lab.Cluster["n2"].ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')", Cancelled));
        await lab.UntilAckedAsync(200);
        Assert.Equal(0, lab.Promotions);

        lab.FaultBegins("kill", lab.Cluster["n1"]);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        var (_, primary) = await lab.PrimaryAsync(above: 1);
        Assert.Equal("n3", primary.Name);
        await lab.Network.MendAsync();
        await lab.UntilAckedAsync(50);

        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(1, lab.Promotions);
    }
}
