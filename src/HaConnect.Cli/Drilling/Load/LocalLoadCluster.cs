using HaConnect.Testing;

namespace HaConnect.Cli.Drilling.Load;

/// <summary>Servers that are started for a load drill, and thrown away.</summary>
internal sealed class LocalLoadCluster : IAsyncDisposable
{
    private readonly PostgresCluster _cluster;

    private LocalLoadCluster(PostgresCluster cluster)
    {
        _cluster = cluster;
        Options = new HaDatabaseOptions
        {
            ClusterName = "local",
            ConnectionString = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app",
        };
        foreach (var node in cluster.Nodes)
            Options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
        Options.Failover.ControlUsername = cluster.Control.User;
        Options.Failover.ControlPassword = cluster.Control.Password;
    }

    /// <summary>As an application that only observes has them.</summary>
    internal HaDatabaseOptions Options { get; }

    /// <exception cref="PostgresClusterException">There is no PostgreSQL here, or it does not start.</exception>
    internal static async Task<LocalLoadCluster> StartAsync(int standbys, IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report($"Starting {1 + standbys} PostgreSQL servers …");
        // Waits for disks are measured, so that the report has them; on a cluster of one's own it is whoever runs it who decides on that.
        return new LocalLoadCluster(await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = standbys, Settings = { ["track_io_timing"] = "on" } }, cancellationToken));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
