using HaConnect.Testing;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>
/// The data sources that are compared, on one real cluster of three nodes. The one pool setting that HaConnect sets by itself
/// (Cancellation Timeout) is set for all, so that the pools are alike.
/// </summary>
internal sealed class OpenTargets : IAsyncDisposable
{
    private readonly PostgresCluster _cluster;
    private readonly NpgsqlMultiHostDataSource _multiHost;

    private OpenTargets(PostgresCluster cluster)
    {
        _cluster = cluster;
        var all = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { CancellationTimeout = -1 };
        var primary = new NpgsqlConnectionStringBuilder(all.ConnectionString) { Host = cluster.Nodes[0].Host, Port = cluster.Nodes[0].Port };
        Plain = NpgsqlDataSource.Create(primary);
        _multiHost = new NpgsqlDataSourceBuilder(all.ConnectionString).BuildMultiHost();
        MultiHostPrimary = _multiHost.WithTargetSession(TargetSessionAttributes.ReadWrite);
        MultiHostRead = _multiHost.WithTargetSession(TargetSessionAttributes.PreferStandby);
        var options = new HaDatabaseOptions { ConnectionString = all.ConnectionString };
        options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(1);
        HaConnect = new HaDataSourceBuilder(options).Build();
    }

    /// <summary>Those of this run; set before any benchmark.</summary>
    internal static OpenTargets Current { get; private set; } = null!;

    internal NpgsqlDataSource Plain { get; }

    internal NpgsqlDataSource MultiHostPrimary { get; }

    internal NpgsqlDataSource MultiHostRead { get; }

    internal HaDataSource HaConnect { get; }

    internal static async Task<OpenTargets> StartAsync()
    {
        var targets = Current = new OpenTargets(await PostgresCluster.StartAsync());
        try
        {
            // Without a fallback the read waits until a standby is proven fresh; both are to have a session.
            var standbys = new HashSet<int>();
            while (standbys.Count < 2)
            {
                await using var connection = await targets.HaConnect.OpenReadConnectionAsync(new ReadPolicy { Fallback = ReadFallback.Wait });
                standbys.Add(connection.Port);
            }
        }
        catch
        {
            await targets.DisposeAsync();
            throw;
        }

        return targets;
    }

    public async ValueTask DisposeAsync()
    {
        await Plain.DisposeAsync();
        await _multiHost.DisposeAsync();
        await HaConnect.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}
