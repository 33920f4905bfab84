using System.Data.Common;
using HaConnect.Connections;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Operations.Drills.Load;

/// <summary>Asks one node for its statistics, in a session of its own; what cannot be had is a reason, never a figure.</summary>
internal sealed class ServerLoadReader(Node node, ISessionSource source) : IAsyncDisposable
{
    // From PostgreSQL 16 on pg_stat_io has it of all processes; before, pg_stat_database has it of the sessions alone.
    // https://www.postgresql.org/docs/16/monitoring-stats.html#MONITORING-PG-STAT-IO-VIEW
    private const string IoView = "(SELECT sum(coalesce(i.read_time, 0) + coalesce(i.write_time, 0) + coalesce(i.extend_time, 0) + coalesce(i.fsync_time, 0)) / 1000 FROM pg_catalog.pg_stat_io i)";
    private const string IoOfSessions = "(SELECT sum(d.blk_read_time + d.blk_write_time) / 1000 FROM pg_catalog.pg_stat_database d)";
    private const int FirstWithIoView = 160000;

    private const string VersionSql = "SELECT pg_catalog.current_setting('server_version_num')::int";

    private static string SampleSql(string io) => $"""
        SELECT pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END, '0/0')::float8,
               CASE WHEN pg_catalog.current_setting('track_io_timing')::bool THEN {io}::float8 END,
               (SELECT coalesce(sum(pg_catalog.pg_database_size(b.oid)), 0)::int8 FROM pg_catalog.pg_database b WHERE pg_catalog.has_database_privilege(b.oid, 'CONNECT')),
               CASE WHEN pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE') THEN pg_catalog.current_setting('data_directory') END
        """;

    private static readonly TimeSpan s_openTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_statementTimeout = TimeSpan.FromSeconds(10);

    private ISession? _session;
    private string? _sql;

    internal string Node => node.Name;

    internal async Task<(ServerLoadSample? Sample, string? WhyNot)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_session is not { IsUsable: true })
            {
                await CloseAsync().ConfigureAwait(false);
                _session = await source.OpenAsync(s_openTimeout, cancellationToken).ConfigureAwait(false);
                var version = await _session.QueryAsync(VersionSql, static row => row.GetInt32(0), s_statementTimeout, cancellationToken).ConfigureAwait(false);
                _sql = SampleSql(version >= FirstWithIoView ? IoView : IoOfSessions);
            }

            return (await _session.QueryAsync(_sql!, Sample, s_statementTimeout, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return (null, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private static ServerLoadSample Sample(DbDataReader row) =>
        new(row.GetDouble(0), row.IsDBNull(1) ? null : row.GetDouble(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3));

    private async Task CloseAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync().ConfigureAwait(false);
        _session = null;
    }
}
