using HaConnect.Testing;
using Npgsql;

namespace HaConnect.WebTests.Monitoring;

/// <summary>Connections that somebody has opened and forgotten.</summary>
internal sealed class HeldConnections(NpgsqlDataSource source, List<NpgsqlConnection> connections) : IAsyncDisposable
{
    /// <summary>Opens them until so many sessions of clients are at the node.</summary>
    internal static async Task<HeldConnections> OpenAsync(PostgresCluster cluster, PostgresNode node, int sessions, CancellationToken cancellationToken)
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(cluster.NodeConnectionString(node)) { MaxPoolSize = sessions, ApplicationName = "forgotten" }.ConnectionString);
        var held = new HeldConnections(source, []);
        while (await node.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'", cancellationToken) - 1 < sessions)
            await held.AddAsync(cancellationToken);
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
        await source.DisposeAsync();
    }

    private async Task AddAsync(CancellationToken cancellationToken) => connections.Add(await source.OpenConnectionAsync(cancellationToken));
}
