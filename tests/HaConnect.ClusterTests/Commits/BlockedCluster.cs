using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Commits;

/// <summary>Three nodes, one of two standbys synchronous, both of them cut off from WAL, so that every commit at n1 waits until a test lets it go.</summary>
public sealed class BlockedCluster : IAsyncLifetime
{
    private int _lastId;
    private bool _blocked;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public PostgresCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions(), Cancelled);
        await using var connection = new NpgsqlConnection(Cluster.NodeConnectionString(Cluster["n1"]));
        await connection.OpenAsync(Cancelled);
        await using var create = new NpgsqlCommand("CREATE TABLE written (id int PRIMARY KEY)", connection);
        await create.ExecuteNonQueryAsync(Cancelled);
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    internal int NextId() => Interlocked.Increment(ref _lastId);

    internal async Task BlockAsync()
    {
        if (!_blocked)
            await Task.WhenAll(Cluster["n2"].BlockReplicationAsync(Cancelled), Cluster["n3"].BlockReplicationAsync(Cancelled));
        _blocked = true;
    }

    internal async Task UnblockAsync()
    {
        await Task.WhenAll(Cluster["n2"].UnblockReplicationAsync(Cancelled), Cluster["n3"].UnblockReplicationAsync(Cancelled));
        _blocked = false;
    }

    /// <summary>The process of the application's session whose commit waits; null where there is none.</summary>
    internal async Task<int?> WaitingAsync(string application) =>
        await Cluster["n1"].ScalarAsync<int?>($"SELECT pid FROM pg_stat_activity WHERE application_name = '{application}' AND wait_event = 'SyncRep'", Cancelled);

    internal async Task<bool> IsVisibleAsync(int id)
    {
        await using var connection = new NpgsqlConnection(Cluster.NodeConnectionString(Cluster["n1"]));
        await connection.OpenAsync(Cancelled);
        await using var see = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM written WHERE id = {id})", connection);
        return (bool)(await see.ExecuteScalarAsync(Cancelled))!;
    }
}
