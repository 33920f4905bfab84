using HaConnect.Connections;

namespace HaConnect.Operations.Monitoring;

/// <summary>Reads one server's figures, in one session that it keeps as long as that works.</summary>
internal sealed class ServerReader(string node, ISessionSource source, ServerMetricsOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // $1 is whether the sizes of databases are wanted. Without pg_read_all_stats (pg_monitor) nothing is seen of other users' transactions, and a session of theirs has no kind.
    // The archiver of a standby works only with archive_mode = always (https://www.postgresql.org/docs/15/warm-standby.html, "Continuous archiving in standby").
    private const string Sql = """
        SELECT pg_catalog.current_setting('archive_mode') = 'always' OR (pg_catalog.current_setting('archive_mode') = 'on' AND NOT r.in_recovery),
               coalesce(a.last_failed_time > coalesce(a.last_archived_time, '-infinity'), false),
               extract(epoch FROM pg_catalog.clock_timestamp() - a.last_archived_time)::float8,
               (SELECT count(*) FROM pg_catalog.pg_stat_activity s WHERE s.backend_type = 'client backend' OR (s.backend_type IS NULL AND s.datid IS NOT NULL)),
               pg_catalog.current_setting('max_connections')::bigint,
               CASE WHEN pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
                    THEN coalesce((SELECT extract(epoch FROM pg_catalog.clock_timestamp() - min(s.xact_start))::float8 FROM pg_catalog.pg_stat_activity s
                                    WHERE s.backend_type = 'client backend' AND s.pid <> pg_catalog.pg_backend_pid()), 0) END,
               ARRAY(SELECT s.slot_name::text FROM pg_catalog.pg_replication_slots s WHERE NOT s.temporary AND s.restart_lsn IS NOT NULL ORDER BY s.slot_name),
               ARRAY(SELECT pg_catalog.pg_wal_lsn_diff(r.position, s.restart_lsn)::float8 FROM pg_catalog.pg_replication_slots s WHERE NOT s.temporary AND s.restart_lsn IS NOT NULL ORDER BY s.slot_name),
               CASE WHEN $1 THEN ARRAY(SELECT d.datname::text FROM pg_catalog.pg_database d WHERE d.datallowconn AND (pg_catalog.has_database_privilege(d.oid, 'CONNECT') OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')) ORDER BY d.datname) END,
               CASE WHEN $1 THEN ARRAY(SELECT pg_catalog.pg_database_size(d.oid) FROM pg_catalog.pg_database d WHERE d.datallowconn AND (pg_catalog.has_database_privilege(d.oid, 'CONNECT') OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')) ORDER BY d.datname) END
          FROM pg_catalog.pg_stat_archiver a
         CROSS JOIN (SELECT pg_catalog.pg_is_in_recovery() AS in_recovery,
                            CASE WHEN pg_catalog.pg_is_in_recovery() THEN coalesce(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
                                 ELSE pg_catalog.pg_current_wal_insert_lsn() END AS position) r
        """;

    private ISession? _session;
    private ServerSample? _last;
    private long? _sizesReadAt;

    /// <returns>What was read; or null, and why.</returns>
    internal async Task<(ServerSample? Sample, string? Problem)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _session ??= await source.OpenAsync(Timeout, cancellationToken).ConfigureAwait(false);
            var readsSizes = _sizesReadAt is not { } at || time.GetElapsedTime(at) >= options.SizeInterval;
            var sample = await _session.QueryAsync(Sql, row => ServerSample.From(node, row), Timeout, cancellationToken, readsSizes).ConfigureAwait(false);
            if (readsSizes)
                _sizesReadAt = time.GetTimestamp();
            else
                sample = sample with { Databases = _last?.Databases ?? [] };
            _last = sample;
            return (sample, null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await CloseAsync().ConfigureAwait(false);
            return (null, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        if (_session is not { } session)
            return;
        _session = null;
        await session.DisposeAsync().ConfigureAwait(false);
    }
}
