using System.Data.Common;
using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Options;
using Npgsql;

namespace HaConnect.Operations.Runbooks;

/// <summary>Looks at each server once, in a session that cannot write.</summary>
internal static class RunbookReader
{
    // pg_settings leaves out what the user may not see, where current_setting would fail.
    private const string Sql = """
        SELECT pg_catalog.current_setting('server_version'), pg_catalog.current_setting('synchronous_standby_names'),
               (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'data_directory'),
               (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'config_file'),
               (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'archive_mode'),
               pg_catalog.to_regclass('haconnect.term') IS NOT NULL, pg_catalog.current_database()
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <param name="snapshot">The cluster as it is seen from here.</param>
    /// <param name="options">The cluster's options.</param>
    /// <param name="username">As whom the statements are to be run.</param>
    /// <param name="lost">For the loss of which node.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal static async Task<RunbookFacts> ReadAsync(ClusterSnapshot snapshot, HaDatabaseOptions options, string username, string lost, CancellationToken cancellationToken)
    {
        var configured = ConfiguredNode.DataNodesOf(options);
        var term = snapshot is { IsGivenUp: false, NewestTerm: { IsGivenUp: false } newest } ? newest : null;
        var sources = new NodeSources(options, null, _ => snapshot);
        var read = await Task.WhenAll(configured.Select(n => ReadAsync(sources, n, options.Failover.ControlDatabase, cancellationToken))).ConfigureAwait(false);
        return new RunbookFacts
        {
            Cluster = options.ClusterName,
            At = TimeProvider.System.GetUtcNow(),
            Nodes = [.. configured.Zip(read, (n, r) => Of(n, r.Server, snapshot[n.Name]))],
            Witnesses = ConfiguredNode.WitnessesOf(options),
            Lost = lost,
            Primary = snapshot.Primary?.Name,
            Term = term,
            RecordsTerms = term is not null || !(snapshot.IsGivenUp || read.Any(r => r.Server?.HasTerms is not null) && read.All(r => r.Server?.HasTerms is not true)),
            ConfiguredRequired = options.Failover.RequiredSynchronousStandbys,
            Username = username,
            Database = options.Failover.ControlDatabase,
            Replication = options.Failover.Replication,
            FencingCommand = options.Failover.Fencing.Command,
            Unseen = [.. read.Select(r => r.Unseen).OfType<string>()],
        };
    }

    private static RunbookNode Of(ConfiguredNode node, RunbookServer? server, NodeSnapshot? seen) => new(node.Name, node.Host, node.Port, node.IsSynchronous)
    {
        Role = seen?.Role switch { NodeRole.Primary => "primary", NodeRole.Standby => "standby", _ => null },
        Timeline = seen?.Timeline,
        Server = server,
    };

    private static async Task<(RunbookServer? Server, string? Unseen)> ReadAsync(NodeSources sources, ConfiguredNode node, string database, CancellationToken cancellationToken)
    {
        var source = new OwnSessionSource(sources.ForDoctor(node.Host, node.Port), TimeProvider.System);
        await using var _ = source.ConfigureAwait(false);
        try
        {
            var session = await source.OpenAsync(s_timeout, cancellationToken).ConfigureAwait(false);
            await using var __ = session.ConfigureAwait(false);
            var server = await session.QueryAsync(Sql, row => Server(row, database), s_timeout, cancellationToken).ConfigureAwait(false);
            return (server, server.DataDirectory is null ? $"{node.Name}: where its data folder is, for which the user needs pg_read_all_settings (pg_monitor has it)." : null);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return (null, $"{node.Name}: {(e is PostgresException p ? $"{p.SqlState}: {p.MessageText}" : e.Message)}.");
        }
    }

    private static RunbookServer Server(DbDataReader row, string database) =>
        new(row.GetString(0), Text(row, 2), Text(row, 3), Text(row, 4), row.GetString(1), row.GetString(6) == database ? row.GetBoolean(5) : null);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
