using HaConnect.ClusterTests.Lab;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Faults;

/// <summary>What looks like the loss of the primary and is none: nobody is promoted, and the clients do not notice.</summary>
public sealed class NoFailoverTests : FaultTest
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Faults 9, 8 and 17 of the catalogue.</summary>
    [Fact]
    public async Task PrimaryLostByObserversOnly_StandbysStillHearIt_NoFailoverAndNoPause()
    {
        var lab = await StartLabAsync(new LabOptions { HasNetwork = true });
        var coordinator = await lab.CoordinatorAsync();
        lab.FaultBegins("the coordinator alone loses the primary");
        await lab.Network.CutAsync([lab.PlaceOf(coordinator)], ["n1"]);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(6));
        await lab.Network.MendAsync();

        lab.FaultBegins("all coordinators lose the primary");
        await lab.Network.CutAsync(["a1", "a2", "a3"], ["n1"]);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(8));
        await lab.Network.MendAsync();

        // Half-open: the servers still think that they have sessions of a coordinator which they cannot reach.
        coordinator = await lab.CoordinatorAsync();
        lab.FaultBegins("the coordinator's interface goes down");
        var start = TimeProvider.System.GetTimestamp();
        await lab.Network.SetInterfaceAsync(lab.PlaceOf(coordinator), up: false);
        await FailoverLab.UntilAsync("another coordinator", () => Task.FromResult(lab.Coordinators.Any(c => c != coordinator && c.IsCoordinator)), TimeSpan.FromSeconds(8));
        TestContext.Current.TestOutputHelper?.WriteLine($"another coordinator after {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.00} s");
        await lab.Network.SetInterfaceAsync(lab.PlaceOf(coordinator), up: true);
        await lab.UntilAckedAsync(50);

        var judgement = await lab.JudgeAsync();
        Assert.Empty(judgement.Violations);
        Assert.Equal(0, lab.Promotions);
        Assert.All(judgement.Faults, f => Assert.True(f.LongestGap < LongestPause, $"{f.Fault.Name}: no write for {f.LongestGap}"));
        Assert.Equal((0, 0), (judgement.UnknownWrites, judgement.FailedWrites.Count));
    }

    /// <summary>53300 proves that a server lives; the library's own sessions are open already.</summary>
    [Fact]
    public async Task ConnectionsExhausted_AtEveryNode_NoFailoverAndNoPause()
    {
        var lab = await StartLabAsync();
        var open = new List<NpgsqlConnection>();
        try
        {
            lab.FaultBegins("connections exhausted");
            foreach (var node in lab.Cluster.Nodes)
                await ExhaustAsync(lab.Cluster, node, open);
            await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(6));
        }
        finally
        {
            foreach (var connection in open)
                await connection.DisposeAsync();
        }

        await lab.UntilAckedAsync(50);
        var judgement = await lab.JudgeAsync();
        Assert.Empty(judgement.Violations);
        Assert.Equal(0, lab.Promotions);
        Assert.True(judgement.LongestGap < LongestPause, $"no write for {judgement.LongestGap}");
    }

    /// <summary>Fault 26: it is not ours, so nothing is done to it, and nobody is routed there.</summary>
    [Fact]
    public async Task StandbyPromotedByHand_NobodyIsRoutedThereAndNothingElseHappens()
    {
        var lab = await StartLabAsync();
        lab.FaultBegins("n3 is promoted by hand");
        await lab.Cluster["n3"].ExecuteAsync("SELECT pg_promote(true, 30)", Cancelled);
        await FailoverLab.StaysAsync("no promotion by a coordinator", () => lab.Promotions == 0, TimeSpan.FromSeconds(5));
        await lab.UntilAckedAsync(50);

        var judgement = await lab.JudgeAsync(lab.Cluster["n3"]);
        Assert.Empty(judgement.Violations);
        Assert.Equal([("n1", 1)], judgement.Primaries);
        Assert.True(judgement.LongestGap < LongestPause, $"no write for {judgement.LongestGap}");
    }

    private static async Task ExhaustAsync(PostgresCluster cluster, PostgresNode node, List<NpgsqlConnection> open)
    {
        while (true)
        {
            var connection = new NpgsqlConnection(cluster.NodeConnectionString(node) + ";Pooling=false");
            try
            {
                await connection.OpenAsync(Cancelled);
                open.Add(connection);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                return;
            }
        }
    }
}
