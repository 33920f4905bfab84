using HaConnect.Testing;

namespace HaConnect.ClusterTests.DataSource;

/// <summary>Three nodes and a data source that only observes them; what its tests do leaves it as it is.</summary>
public sealed class ServingCluster : IAsyncLifetime
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public PostgresCluster Cluster { get; private set; } = null!;

    public HaDataSource Db { get; private set; } = null!;

    internal int PrimaryPort => Cluster["n1"].Port;

    public async ValueTask InitializeAsync()
    {
        Cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions(), Cancelled);
        Db = new HaDataSourceBuilder(ClusterOptions.Observe(Cluster)).Build();
        await using (var create = Db.CreateCommand("CREATE TABLE written (id int PRIMARY KEY)"))
            await create.ExecuteNonQueryAsync(Cancelled);
        await UntilServingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    /// <summary>Standbys are so fresh that reads go to them.</summary>
    internal Task UntilServingAsync() =>
        ClusterTest.UntilAsync("both standbys in use", () => Task.FromResult(Db.Snapshot.Nodes.Count(n => n.Role == NodeRole.Standby && n.Lag is not null) == 2));

    /// <summary>As committed, seen without HaConnect.</summary>
    internal async Task<bool> HasAsync(int id)
    {
        await using var direct = Npgsql.NpgsqlDataSource.Create(Cluster.NodeConnectionString(Cluster["n1"]) + ";Pooling=false");
        await using var see = direct.CreateCommand($"SELECT EXISTS (SELECT FROM written WHERE id = {id})");
        return (bool)(await see.ExecuteScalarAsync(Cancelled))!;
    }
}
