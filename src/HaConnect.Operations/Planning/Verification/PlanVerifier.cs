using System.Data.Common;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Operations.Planning.Verification;

/// <summary>Asks every planned server, in one read-only session each, what it is like, and holds that against the plan. Changes nothing.</summary>
internal static class PlanVerifier
{
    private const string ReadServer = """
        SELECT pg_catalog.pg_is_in_recovery(), (SELECT system_identifier::text FROM pg_catalog.pg_control_system()), pg_catalog.current_setting('server_version_num')::int / 10000,
               pg_catalog.current_setting('synchronous_standby_names'),
               CASE WHEN pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') THEN ARRAY(SELECT w.application_name FROM pg_catalog.pg_stat_replication w WHERE w.state = 'streaming') END,
               s.names, s.shown, s.sources, s.contexts, s.awaiting, r.names, r.logins, r.replicating, r.superusers,
               pg_catalog.to_regclass('haconnect.term') IS NOT NULL
          FROM (SELECT pg_catalog.array_agg(x.name) AS names, pg_catalog.array_agg(pg_catalog.current_setting(x.name)) AS shown, pg_catalog.array_agg(x.source) AS sources,
                       pg_catalog.array_agg(x.context) AS contexts, pg_catalog.array_agg(x.pending_restart) AS awaiting
                  FROM pg_catalog.pg_settings x WHERE x.name = ANY ($1::text[])) s,
               (SELECT coalesce(pg_catalog.array_agg(x.rolname::text), '{}') AS names, coalesce(pg_catalog.array_agg(x.rolcanlogin), '{}') AS logins, coalesce(pg_catalog.array_agg(x.rolreplication), '{}') AS replicating,
                       coalesce(pg_catalog.array_agg(x.rolsuper), '{}') AS superusers
                  FROM pg_catalog.pg_roles x WHERE x.rolname = ANY ($2::text[])) r
        """;

    private const string ReadVoters = "SELECT t.voters FROM haconnect.term t ORDER BY t.term DESC LIMIT 1";

    /// <param name="plan">The plan.</param>
    /// <param name="settings">Those of the applications: with which users the servers are asked, and what is compared with the plan too.</param>
    /// <param name="timeout">For each server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<PlanVerification> VerifyAsync(PlanDescription plan, HaDatabaseOptions settings, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(plan.Nodes.Concat(plan.Witnesses).Select(n => ReadAsync(plan, n, settings, timeout, cancellationToken))).ConfigureAwait(false);
        return PlanComparison.Of(plan, settings, found);
    }

    private static async Task<ServerFound> ReadAsync(PlanDescription plan, PlannedNode node, HaDatabaseOptions settings, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var source = NpgsqlDataSource.Create(ConnectionOf(node, settings));
            await using var _ = source.ConfigureAwait(false);
            var connection = await source.OpenConnectionAsync(limit.Token).ConfigureAwait(false);
            await using var __ = connection.ConfigureAwait(false);
            var (found, hasTerms) = await AskAsync(connection, ReadServer, row => (Found(node, row), row.GetBoolean(14)), limit.Token,
                ServerSettings.Of(plan, node).Select(s => s.Name).ToArray(), plan.Roles.All().Select(r => r.Name).ToArray()).ConfigureAwait(false);
            return hasTerms ? found with { Voters = await AskAsync(connection, ReadVoters, static row => row.GetFieldValue<string[]>(0), limit.Token).ConfigureAwait(false) } : found;
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            return new ServerFound(node) { Problem = e.Message };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ServerFound(node) { Problem = FormattableString.Invariant($"no answer within {timeout.TotalSeconds:0.#} s") };
        }
    }

    private static string ConnectionOf(PlannedNode node, HaDatabaseOptions settings)
    {
        var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Host = node.Host,
            Port = node.Port,
            Database = settings.Failover.ControlDatabase,
            Pooling = false,
            ApplicationName = "haconnect-plan",
            Options = "-c default_transaction_read_only=on -c statement_timeout=5000",
        };
        TransportDefaults.Apply(connection, settings.ConnectionString);
        if (settings.Failover.ControlUsername is { } user)
            (connection.Username, connection.Password) = (user, settings.Failover.ControlPassword);
        return connection.ConnectionString;
    }

    private static async Task<T?> AskAsync<T>(NpgsqlConnection connection, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params string[][] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        return await row.ReadAsync(cancellationToken).ConfigureAwait(false) ? read(row) : default;
    }

    private static ServerFound Found(PlannedNode node, DbDataReader row)
    {
        var (names, shown, sources, contexts, awaiting) = (row.GetFieldValue<string[]>(5), row.GetFieldValue<string[]>(6), row.GetFieldValue<string[]>(7), row.GetFieldValue<string[]>(8), row.GetFieldValue<bool[]>(9));
        var (roles, logins, replicating, superusers) = (row.GetFieldValue<string[]>(10), row.GetFieldValue<bool[]>(11), row.GetFieldValue<bool[]>(12), row.GetFieldValue<bool[]>(13));
        return new ServerFound(node)
        {
            InRecovery = row.GetBoolean(0),
            SystemIdentifier = row.GetString(1),
            Major = row.GetInt32(2),
            SynchronousNames = row.GetString(3),
            Streaming = row.IsDBNull(4) ? null : row.GetFieldValue<string[]>(4),
            Settings = Enumerable.Range(0, names.Length).ToDictionary(i => names[i], i => new FoundSetting(shown[i], sources[i], contexts[i], awaiting[i]), StringComparer.Ordinal),
            Roles = [.. Enumerable.Range(0, roles.Length).Select(i => new FoundRole(roles[i], logins[i], replicating[i], superusers[i]))],
        };
    }
}
