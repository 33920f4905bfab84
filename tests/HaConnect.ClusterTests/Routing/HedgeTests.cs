using System.Collections.Concurrent;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary>A read that takes long is begun at one more replica; the loser ends at its server and its connection is returned.</summary>
public sealed class HedgeTests : ClusterTest
{
    private const string IsSleeping = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%' AND state = 'active')";

    [Fact]
    public async Task SlowReplica_TheOtherOneAnswersAndTheLosersStatementIsCancelled()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("two replicas serve", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n is { Role: NodeRole.Standby, Lag: not null }) == 2));
        var ports = new ConcurrentQueue<int>();
        var port = await ReadAsync(db, ports).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancelled);

        Assert.Equal(2, ports.Count);
        Assert.Equal(ports.Last(), port);
        Assert.NotEqual(ports.First(), port);
        Assert.DoesNotContain(cluster["n1"].Port, ports);
        var slow = cluster.Nodes.Single(n => n.Port == ports.First());
        await UntilAsync("the loser's statement has ended", async () => !await slow.ScalarAsync<bool>(IsSleeping, Cancelled));
        await UntilAsync("no connection is in use", () => Task.FromResult(db.Snapshot.Nodes.All(n => n.Node.Load.InUse == 0)));
    }

    [Fact]
    public async Task FrozenReplica_TheOtherOneAnswersBeforeItIsSeenAsLost()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Observe(cluster);
        options.Probing.Timeout = TimeSpan.FromSeconds(30); // nothing but the hedge can help in time
        await using var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("two replicas serve", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n is { Role: NodeRole.Standby, Lag: not null }) == 2));
        var ports = new ConcurrentQueue<int>();
        var port = await db.ReadAsync(
            async (connection, token) =>
            {
                ports.Enqueue(connection.Port);
                if (ports.Count == 1)
                    await cluster.Nodes.Single(n => n.Port == connection.Port).FreezeAsync(Cancelled);
                await using var command = new NpgsqlCommand("SELECT 1", connection);
                await command.ExecuteNonQueryAsync(token);
                return connection.Port;
            },
            new ReadPolicy { HedgeAfter = TimeSpan.FromMilliseconds(500) }, Cancelled).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancelled);

        Assert.Equal([ports.First(), port], ports);
        Assert.NotEqual(ports.First(), port);
        await cluster.Nodes.Single(n => n.Port == ports.First()).ThawAsync(Cancelled);
        await UntilAsync("no connection is in use", () => Task.FromResult(db.Snapshot.Nodes.All(n => n.Node.Load.InUse == 0)));
    }

    [Fact]
    public async Task NoOtherReplica_ItIsLeftAlone()
    {
        var cluster = await StartClusterAsync(new() { Standbys = 1 });
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("a replica serves", () => Task.FromResult(db.Snapshot.Nodes.Any(n => n is { Role: NodeRole.Standby, Lag: not null })));
        var ports = new ConcurrentQueue<int>();
        var reading = ReadAsync(db, ports);
        await UntilAsync("it runs", async () => await cluster["n2"].ScalarAsync<bool>(IsSleeping, Cancelled));
        var (version, since) = (db.Snapshot.Version, TimeProvider.System.GetTimestamp());
        await UntilAsync("many probes, long after it would have been hedged", () => Task.FromResult(db.Snapshot.Version > version + 5 && TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromMilliseconds(300)));
        Assert.Equal([cluster["n2"].Port], ports);
        await cluster["n2"].ExecuteAsync("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'", Cancelled);
        await Assert.ThrowsAsync<PostgresException>(() => reading);
    }

    private static Task<int> ReadAsync(HaDataSource db, ConcurrentQueue<int> ports) => db.ReadAsync(
        async (connection, token) =>
        {
            ports.Enqueue(connection.Port);
            await using var command = new NpgsqlCommand($"SELECT pg_sleep({(ports.Count == 1 ? 600 : 0)})", connection);
            await command.ExecuteNonQueryAsync(token);
            return connection.Port;
        },
        new ReadPolicy { HedgeAfter = TimeSpan.FromMilliseconds(100) }, Cancelled);
}
