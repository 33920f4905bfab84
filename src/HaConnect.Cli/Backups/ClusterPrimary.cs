using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Cli.Backups;

/// <summary>The primary of the cluster that the command line names, found as an observer finds it; or none, where it names no cluster.</summary>
internal sealed class ClusterPrimary : IAsyncDisposable
{
    private ClusterPrimary(string cluster, NpgsqlDataSource? source, string? problem, string? replication) => (Cluster, Source, Problem, ReplicationConnection) = (cluster, source, problem, replication);

    internal string Cluster { get; }

    /// <summary>Null where no cluster is named, or no primary answers.</summary>
    internal NpgsqlDataSource? Source { get; }

    /// <summary>Why there is none, where a cluster is named.</summary>
    internal string? Problem { get; }

    /// <summary>To the primary, as the role as which standbys connect; null where there is no primary.</summary>
    internal string? ReplicationConnection { get; }

    internal static async Task<ClusterPrimary> FindAsync(ToolContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!context.Cluster.NamesACluster(parsed))
            return new("main", null, null, null);
        await using var cluster = await ObservedCluster.LookAsync(context.Cluster.OptionsOf(parsed), context.Cluster.TimeoutOf(parsed), cancellationToken);
        var (name, snapshot) = (cluster.Options.ClusterName, cluster.Snapshot);
        if (snapshot.Primary is not { } primary)
            return new(name, null, snapshot.Reason, null);
        var source = new NodeSources(cluster.Options, configure: null, _ => snapshot).ForOperator(primary.Host, primary.Port);
        var replication = cluster.Options.Failover.Replication;
        var connection = new NpgsqlConnectionStringBuilder { Host = primary.Host, Port = primary.Port, Username = replication.Username, Password = replication.Password, Passfile = replication.PassFile };
        return new(name, source, null, connection.ConnectionString);
    }

    public ValueTask DisposeAsync() => Source?.DisposeAsync() ?? ValueTask.CompletedTask;
}
