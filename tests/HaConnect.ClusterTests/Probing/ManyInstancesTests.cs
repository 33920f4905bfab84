using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Probing;

/// <summary>
/// More instances than a server has seats for probing sessions. 24 on servers with max_connections = 40, where 10 have seats;
/// eng/hundred.sh measures 100.
/// </summary>
public sealed class ManyInstancesTests : ClusterTest
{
    private const int Instances = 24;
    private const int Seats = 10;
    private readonly List<HaDataSource> _instances = [];

    [Fact]
    public async Task MoreInstancesThanSeats_SessionsAreBoundedAndAFailoverReachesEveryInstance()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["max_connections"] = "40" } });
        var sink = new RecordingAuditSink();
        for (var i = 0; i < Instances; i++)
        {
            var options = ClusterOptions.Coordinate(cluster);
            options.ConnectionString += ";Connection Idle Lifetime=1;Connection Pruning Interval=1";
            _instances.Add(new HaDataSourceBuilder(options).AddAuditSink(sink).Build());
            await (await _instances[i].OpenConnectionAsync(Cancelled)).DisposeAsync();
        }

        await WriteAsync(_instances[0], "CREATE TABLE IF NOT EXISTS writes (key int)");
        await UntilAsync("term 1 at every instance", () => Task.FromResult(_instances.TrueForAll(i => i.Snapshot is { Term: 1, Primary: not null })));
        foreach (var node in cluster.Nodes)
            await AssertBoundedAsync(node);

        // The application has what is left, and every instance can use it; who probes rarely may have to read at the primary.
        foreach (var instance in _instances)
            await WriteAndReadAsync(instance);
        await using (var direct = new NpgsqlConnection(cluster.NodeConnectionString(cluster["n1"])))
            await direct.OpenAsync(Cancelled);

        await cluster["n1"].KillAsync(Cancelled);
        await Task.WhenAll(_instances.Select(WriteAndReadAsync));

        Assert.All(_instances, i => Assert.Equal((2, "n2 or n3"), (i.Snapshot.Term, i.Snapshot.Primary?.Name is "n2" or "n3" ? "n2 or n3" : "none")));
        Assert.Single(sink.Records, r => r.Sentence.StartsWith("promoted:", StringComparison.Ordinal));
        await AssertBoundedAsync(cluster["n2"]);
        await AssertBoundedAsync(cluster["n3"]);
    }

    public override async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_instances.Select(i => i.DisposeAsync().AsTask()));
        await base.DisposeAsync();
    }

    private static async Task WriteAndReadAsync(HaDataSource instance)
    {
        await WriteAsync(instance, "INSERT INTO writes VALUES (1)");
        await using var reading = await instance.OpenReadConnectionAsync(Cancelled);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM writes", reading);
        Assert.NotEqual(0L, await count.ExecuteScalarAsync(Cancelled));
    }

    private static Task WriteAsync(HaDataSource instance, string sql) => instance.ExecuteAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(token);
        },
        WorkKind.IdempotentWrite, Cancelled);

    /// <summary>The seats, the coordinator's own where it has none, and those who are looking in at the moment.</summary>
    private static async Task AssertBoundedAsync(PostgresNode node)
    {
        const string Kept = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'haconnect-probe' AND backend_start < clock_timestamp() - interval '4 s'";
        await UntilAsync($"all seats of {node.Name} taken", async () => await node.ScalarAsync<long>(Kept, Cancelled) >= Seats);
        for (var i = 0; i < 20; i++)
        {
            Assert.InRange(await node.ScalarAsync<long>(Kept, Cancelled), Seats, Seats + 1);
            Assert.InRange(await node.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'haconnect-probe'", Cancelled), Seats, Seats * 2);
        }
    }
}
