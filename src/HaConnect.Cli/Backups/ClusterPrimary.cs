using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Connections;
using HaConnect.Operations;
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

    /// <summary>The application's database at the primary, by its own role; null where there is no primary.</summary>
    internal VerificationSide? Side { get; private init; }

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
        var connection = ReplicationTo(primary.Host, primary.Port, replication, cluster.Options.ConnectionString);
        var own = new NpgsqlConnectionStringBuilder(cluster.Options.ConnectionString) { Host = primary.Host, Port = primary.Port };
        return new(name, source, null, connection.ConnectionString) { Side = new(primary.Name, own.ConnectionString) };
    }

    /// <summary>Protected as <see cref="ReplicationOptions.SslMode"/> says, else as the application's connections are; certificates are the application's.</summary>
    /// <exception cref="UsageException">The mode is none of libpq's.</exception>
    internal static NpgsqlConnectionStringBuilder ReplicationTo(string host, int port, ReplicationOptions replication, string? connectionString)
    {
        var application = new NpgsqlConnectionStringBuilder(connectionString);
        var connection = new NpgsqlConnectionStringBuilder { Host = host, Port = port, Username = replication.Username, Password = replication.Password, Passfile = replication.PassFile };
        if (replication.SslMode is { } mode)
            connection.SslMode = Enum.TryParse<SslMode>(mode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var known) ? known : throw new UsageException($"Failover.Replication.SslMode is '{mode}', which is no sslmode of libpq's; write for instance verify-full.");
        else if (TransportDefaults.Says(connectionString))
            connection.SslMode = application.SslMode;
        if (application.RootCertificate is { } root)
            connection.RootCertificate = root;
        if (application.SslCertificate is { } certificate)
            connection.SslCertificate = certificate;
        if (application.SslKey is { } key)
            connection.SslKey = key;
        return connection;
    }

    public ValueTask DisposeAsync() => Source?.DisposeAsync() ?? ValueTask.CompletedTask;
}
