using HaConnect.Connections;
using HaConnect.Testing;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary>What an application meets whose instance sees too few voters, here since two of three nodes are down. Faults.MajorityTests has the cuts.</summary>
public sealed class WithoutMajorityTests : ClusterTest
{
    [Fact]
    public async Task BothStandbysDown_NewWritesAreRefusedReadsGoOnAndOneStandbyBackIsEnough()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: 0);
        options.Failover.WithoutMajority.Timeout = TimeSpan.FromSeconds(2);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(20);
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await using var inHands = await db.OpenConnectionAsync(Cancelled);
        await cluster["n3"].KillAsync(Cancelled);
        await UntilAsync("n3 out of sight", () => Task.FromResult(db.Snapshot["n3"]!.Reachability == NodeReachability.Unreachable));
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await cluster["n2"].KillAsync(Cancelled);
        await UntilAsync("the loss of the majority", () => Task.FromResult(db.Snapshot.IsWithoutMajority));

        Assert.Equal("n1", db.Snapshot.Primary!.Name);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(1);
        var refused = await Assert.ThrowsAsync<NoPrimaryException>(() => db.OpenConnectionAsync(Cancelled).AsTask());
        Assert.Contains("this instance sees only 1 of 3 voters (n1), and those it does not see could have elected another primary: n2 (", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsTransient);
        refused = Assert.Throws<NoPrimaryException>(() => db.CreateConnection());
        Assert.StartsWith("n1 cannot be used as the primary now", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsTransient);
        await Assert.ThrowsAsync<NoPrimaryException>(() => db.ExecuteAsync((_, _) => Task.CompletedTask, Cancelled));

        await using (var reading = await db.OpenReadConnectionAsync(Cancelled))
            Assert.Equal(cluster["n1"].Port, reading.Port);
        await using (var command = new NpgsqlCommand("CREATE TABLE written_in_hands ()", inHands))
            await command.ExecuteNonQueryAsync(Cancelled);

        options.Connections.WaitTimeout = TimeSpan.FromSeconds(30);
        var waiting = db.OpenConnectionAsync(Cancelled).AsTask();
        Assert.False(waiting.IsCompleted);
        await cluster["n2"].StartAsync(Cancelled);
        await (await waiting).DisposeAsync();
        Assert.False(db.Snapshot.IsWithoutMajority);
    }

    [Fact]
    public async Task Start_BothStandbysDown_WritesWaitForOneOfThem()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: 0);
        await using (var first = new HaDataSourceBuilder(options).Build())
            await UntilManagedAsync(first);
        await Task.WhenAll(cluster["n2"].KillAsync(Cancelled), cluster["n3"].KillAsync(Cancelled));

        await using var db = new HaDataSourceBuilder(options).Build();
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(3); // the default of Failover.WithoutMajority.Timeout is longer
        var refused = await Assert.ThrowsAsync<NoPrimaryException>(() => db.OpenConnectionAsync(Cancelled).AsTask());
        Assert.Contains("primary n1: established primary of term 1; since it started this instance sees only 1 of 3 voters (n1)", refused.Message, StringComparison.Ordinal);

        options.Connections.WaitTimeout = TimeSpan.FromSeconds(30);
        await cluster["n3"].StartAsync(Cancelled);
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
    }

    [Fact]
    public async Task OnPublished_WritesAreRefused_EndsIdleSessionsAndOthersWhenTheyAreReturned()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0 });
        await using var pools = new NodePools(_ => NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"])));
        var node = new Node(0, "n1", cluster["n1"].Host, cluster["n1"].Port, 0, isConfigured: true);
        var busy = await pools[node].OpenAsync(Cancelled);
        var idle = await pools[node].OpenAsync(Cancelled);
        var (busyProcess, idleProcess) = (busy.ProcessID, idle.ProcessID);
        await idle.DisposeAsync();

        pools.OnPublished(Snapshot(node, refusesWrites: false), Snapshot(node, refusesWrites: true));

        await UntilAsync("the end of the idle session", async () => !await IsThereAsync(cluster, idleProcess));
        Assert.True(await IsThereAsync(cluster, busyProcess));
        await busy.DisposeAsync();
        await UntilAsync("the end of the other one", async () => !await IsThereAsync(cluster, busyProcess));
    }

    private static ClusterSnapshot Snapshot(Node node, bool refusesWrites)
    {
        var primary = new NodeSnapshot(node) { Role = NodeRole.Primary, Reachability = NodeReachability.Reachable, Reason = "" };
        return new ClusterSnapshot { Nodes = [primary], Primary = primary, RefusesWrites = refusesWrites, TakenAt = default, Reason = "" };
    }

    private static async Task<bool> IsThereAsync(PostgresCluster cluster, int process) =>
        await cluster["n1"].ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {process})", Cancelled);
}
