namespace HaConnect.Doctor;

/// <summary>The statements that read what a server is at. Any user may run them; what he may not see is null or missing.</summary>
internal static class StateSql
{
    /// <summary>
    /// A sender is logical where a logical slot has its process. Loopback addresses and sockets need no protection of the wire. The startup process
    /// shows what replay waits for; slots that a standby copies from the primary (since PostgreSQL 17) are inactive as they should be. Conflicts are counted per database (manual, "pg_stat_database_conflicts").
    /// </summary>
    internal const string Read = """
        SELECT pg_catalog.json_build_object(
          'timeline', CASE WHEN pg_catalog.pg_is_in_recovery()
                           THEN greatest((SELECT r.received_tli FROM pg_catalog.pg_stat_wal_receiver r), (SELECT c.min_recovery_end_timeline FROM pg_catalog.pg_control_recovery() c))
                           ELSE ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
          'receiver', (SELECT coalesce(r.status, '') FROM pg_catalog.pg_stat_wal_receiver r),
          'seesStatistics', pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
          'paused', CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_is_wal_replay_paused() ELSE false END,
          'notReplayed', CASE WHEN pg_catalog.pg_is_in_recovery() THEN greatest(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn()), 0) END,
          'replayedAgo', extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()),
          'replayWaitsFor', (SELECT a.wait_event_type || ' ' || a.wait_event FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'startup'),
          'snapshotConflicts', (SELECT sum(c.confl_snapshot) FROM pg_catalog.pg_stat_database_conflicts c),
          'otherConflicts', (SELECT sum(c.confl_tablespace + c.confl_lock + c.confl_bufferpin + c.confl_deadlock) FROM pg_catalog.pg_stat_database_conflicts c),
          'archiveFailure', (SELECT a.last_failed_wal FROM pg_catalog.pg_stat_archiver a WHERE a.last_failed_time > coalesce(a.last_archived_time, '-infinity')),
          'connections', (SELECT sum(d.numbackends) FROM pg_catalog.pg_stat_database d),
          'prepared', ARRAY(SELECT pg_catalog.json_build_array(p.gid, p.database, extract(epoch FROM pg_catalog.clock_timestamp() - p.prepared)) FROM pg_catalog.pg_prepared_xacts p ORDER BY p.prepared),
          'oldest', (SELECT pg_catalog.json_build_array(d.datname, pg_catalog.age(d.datfrozenxid), pg_catalog.mxid_age(d.datminmxid))
                       FROM pg_catalog.pg_database d ORDER BY greatest(pg_catalog.age(d.datfrozenxid), pg_catalog.mxid_age(d.datminmxid)) DESC LIMIT 1),
          'senders', ARRAY(SELECT pg_catalog.json_build_array(w.application_name, w.usename, pg_catalog.host(w.client_addr), w.state,
                                    coalesce(w.client_addr << '127.0.0.0/8' OR w.client_addr = '::1', true), coalesce(s.ssl, false),
                                    EXISTS (SELECT FROM pg_catalog.pg_replication_slots l WHERE l.active_pid = w.pid AND l.slot_type = 'logical'))
                             FROM pg_catalog.pg_stat_replication w LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = w.pid WHERE w.state <> 'backup' ORDER BY w.pid),
          'clearClients', ARRAY(SELECT pg_catalog.json_build_array(a.usename, pg_catalog.host(a.client_addr), count(*))
                                  FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_stat_ssl s ON s.pid = a.pid
                                 WHERE a.backend_type = 'client backend' AND NOT s.ssl AND NOT (a.client_addr << '127.0.0.0/8' OR a.client_addr = '::1')
                                 GROUP BY a.usename, a.client_addr ORDER BY a.usename, a.client_addr LIMIT 100),
          'slots', ARRAY(SELECT pg_catalog.json_build_array(l.slot_name, l.slot_type = 'logical', l.active, pg_catalog.to_jsonb(l) ->> 'wal_status', (pg_catalog.to_jsonb(l) ->> 'safe_wal_size')::bigint,
                                  pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END, l.restart_lsn))
                           FROM pg_catalog.pg_replication_slots l WHERE NOT l.temporary AND NOT coalesce((pg_catalog.to_jsonb(l) ->> 'synced')::boolean, false) ORDER BY l.slot_name))::text
        """;

    /// <summary>Since PostgreSQL 15. Databases of the C collation have no version.</summary>
    internal const string ReadCollations = """
        SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(d.datname, d.datcollversion, pg_catalog.pg_database_collation_actual_version(d.oid)) ORDER BY d.datname), '[]')::text
          FROM pg_catalog.pg_database d WHERE d.datallowconn AND d.datcollversion IS NOT NULL
        """;

    /// <summary>For the difference of two clocks. Its epoch, since Npgsql would turn a timestamp into local time.</summary>
    internal const string Clock = "SELECT extract(epoch FROM pg_catalog.clock_timestamp())::float8";
}
