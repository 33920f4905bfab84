using System.Globalization;
using HaConnect.ClusterTests.Network;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary>
/// A node that answers nobody and refuses nobody. Once it has been seen as unreachable no operation goes there, or waits for anything: by who came to it, by
/// where each went, and by opens that end before they return.
/// </summary>
public sealed class BlackHoleTests : ClusterTest
{
    private const int Operations = 1000;

    [Theory]
    [InlineData("n3")]
    [InlineData("n1")] // the primary: others coordinate, and this application only follows
    public async Task BlackHoledNode_OnceSeen_IsGoneToByNobodyAndWaitedForByNobody(string victim)
    {
        var cluster = await StartClusterAsync();
        await using var coordinator = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(coordinator);
        await using var door = new CountingProxy(cluster[victim]);
        var options = ClusterOptions.Observe(cluster);
        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (cluster.Control.User, cluster.Control.Password); // sees the timelines of standbys
        var node = options.Nodes.Single(n => n.Name == victim);
        (node.Host, node.Port) = ("127.0.0.1", door.Port);
        await using var db = new HaDataSourceBuilder(options).Build();
        await using (var command = db.CreateCommand("CREATE TABLE rows (key bigint PRIMARY KEY)"))
            await command.ExecuteNonQueryAsync(Cancelled);
        await UntilAsync("all in use", () => Task.FromResult(db.Snapshot.Nodes.All(n => n.Role == NodeRole.Primary || n.Lag is { } lag && lag.Time < options.Routing.MaxReplicaLag)));
        var before = await OperateAsync(db, firstKey: 1);
        Assert.Contains(before, o => o.Port == door.Port); // it was used

        door.BecomeBlackHole();
        await cluster[victim].FreezeAsync(Cancelled);
        await UntilAsync("it is seen", () => Task.FromResult(db.Snapshot is { Primary: { } primary } now && primary.Name != victim && now[victim]!.Reachability == NodeReachability.Unreachable));
        await UntilAsync("a replica serves again", () => Task.FromResult(db.Snapshot.Nodes.Any(n => n.Name != victim && n.Role == NodeRole.Standby && n.Lag is { } lag && lag.Time < options.Routing.MaxReplicaLag / 2)));
        await OperateAsync(db, firstKey: Operations + 1, count: 20); // a pool that was never used has to connect once
        var (came, version) = (door.Came(CountingProxy.Application), db.Snapshot.Version);
        List<Operation> after = [];
        while (after.Count < Operations || db.Snapshot.Version <= version + 4) // it is to be tried while probes find it gone
            after.AddRange(await OperateAsync(db, firstKey: (2 * Operations) + 1 + after.Count, count: 100));

        TestContext.Current.TestOutputHelper?.WriteLine($"before it: {Latencies(before)}\nafter it:  {Latencies(after)}");
        Assert.Equal(came, door.Came(CountingProxy.Application));
        Assert.DoesNotContain(after, o => o.Port == door.Port);
        Assert.DoesNotContain(after, o => o.Waited);
        Assert.Equal(NodeReachability.Unreachable, db.Snapshot[victim]!.Reachability);
    }

    /// <summary>A read and a write in turn: where each went, and whether its open had ended when it returned.</summary>
    private static async Task<List<Operation>> OperateAsync(HaDataSource db, long firstKey, int count = Operations)
    {
        List<Operation> done = [];
        for (var i = 0; i < count; i++)
        {
            var startedAt = TimeProvider.System.GetTimestamp();
            var opening = i % 2 == 0 ? db.OpenReadConnectionAsync(Cancelled) : db.OpenConnectionAsync(Cancelled);
            var waited = !opening.IsCompletedSuccessfully;
            await using var connection = await opening;
            await using var command = new NpgsqlCommand(i % 2 == 0 ? "SELECT count(*) FROM rows WHERE key = $1" : "INSERT INTO rows VALUES ($1)", connection) { Parameters = { new() { Value = firstKey + i } } };
            await command.ExecuteScalarAsync(Cancelled);
            done.Add(new Operation(connection.Port, waited, TimeProvider.System.GetElapsedTime(startedAt)));
        }

        return done;
    }

    private static string Latencies(List<Operation> done)
    {
        var sorted = done.Select(o => o.Took.TotalMilliseconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{done.Count} operations, median {sorted[sorted.Count / 2]:0.00} ms, 99 % within {sorted[sorted.Count * 99 / 100]:0.00} ms, longest {sorted[^1]:0.00} ms, {done.Count(o => o.Waited)} opens waited");
    }

    private sealed record Operation(int Port, bool Waited, TimeSpan Took);
}
