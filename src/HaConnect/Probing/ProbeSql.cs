namespace HaConnect.Probing;

/// <summary>
/// The statements of the probe. What the user may read differs, and PostgreSQL checks privileges of a whole statement before it
/// runs any of it, so the statement is put together from the parts that the session may read.
/// </summary>
internal static class ProbeSql
{
    /// <summary>Precedes the probes of an instance that holds new writes and has none under way, for the coordinator of a switchover to see.</summary>
    internal const string Held = "/* held */ ";

    /// <summary>What this session may read; run once per session.</summary>
    internal const string Capabilities = """
        SELECT pg_catalog.has_table_privilege('pg_catalog.pg_file_settings', 'SELECT')
                 AND pg_catalog.has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE'),
               pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
               pg_catalog.current_setting('server_version_num')::int >= 150000,
        """ + VisibleTables;

    /// <summary>Those of the coordinators' tables that this user may read, which come and go while a session is open.</summary>
    private const string VisibleTables = """
        (SELECT pg_catalog.string_agg(c.relname::text, ' ') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'haconnect' AND c.relname IN ('term', 'pause') AND c.relkind = 'r'
                   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))
        """;

    /// <summary>See <see cref="ProbeCrowd"/>.</summary>
    internal const string OlderSessions = $"""
        (SELECT pg_catalog.count(*)::int
                  FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) me, pg_catalog.pg_stat_get_activity(NULL) a
                 WHERE a.application_name = '{Connections.NodeSources.ProbeApplication}' AND a.pid <> me.pid
                   AND (a.backend_start IS NULL OR (a.backend_start, a.pid) < (me.backend_start, me.pid)))
        """;

    private const string TermColumns = "t.term, t.primary_node, t.synchronous_standbys, t.required, t.established_lsn IS NOT NULL AS established";

    /// <inheritdoc cref="OlderSessions"/>
    internal static string SessionsSoFar(bool counts) =>
        counts ? "(SELECT pg_catalog.pg_stat_get_db_sessions(d.oid) FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())" : "NULL::bigint";

    internal static string Build(bool seesRegister, bool seesTerms, bool countsSessions = false, bool seesPauses = false) => $"""
        SELECT r.in_recovery,
               (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
               pg_catalog.pg_postmaster_start_time(),
               pg_catalog.current_setting('server_version_num')::int,
               CASE WHEN r.in_recovery THEN w.received_tli
                    ELSE ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(r.insert_lsn), 8))::bit(32)::int END,
               r.insert_lsn, r.receive_lsn, r.replay_lsn,
               pg_catalog.current_setting('wal_block_size')::int,
               pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')),
               w.pid IS NOT NULL, w.status, w.sender_host, w.sender_port,
               extract(epoch FROM pg_catalog.clock_timestamp() - w.last_msg_receipt_time)::float8,
               extract(epoch FROM pg_catalog.current_setting('wal_receiver_timeout')::interval)::float8,
               pg_catalog.current_setting('synchronous_standby_names'),
               (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(s.application_name, s.client_addr, s.state, s.sync_state, s.flush_lsn))::text
                  FROM pg_catalog.pg_stat_replication s WHERE NOT r.in_recovery),
               {(seesRegister ? "(SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE f.name = 'haconnect.term' ORDER BY f.seqno DESC LIMIT 1)" : "NULL::text")},
               {(seesTerms ? $"(SELECT pg_catalog.row_to_json(x)::text FROM (SELECT {TermColumns} FROM haconnect.term t WHERE t.established_lsn IS NOT NULL ORDER BY t.term DESC LIMIT 1) x)" : "NULL::text")},
               {(seesTerms ? $"(SELECT pg_catalog.row_to_json(x)::text FROM (SELECT {TermColumns} FROM haconnect.term t ORDER BY t.term DESC LIMIT 1) x)" : "NULL::text")},
               {VisibleTables},
               EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
                         AND l.classid = $1::oid AND l.objid = $2::oid
                         AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())),
               (SELECT CASE WHEN r.in_recovery THEN greatest(c.min_recovery_end_timeline, k.timeline_id) END
                  FROM pg_catalog.pg_control_recovery() c, pg_catalog.pg_control_checkpoint() k),
               {OlderSessions},
               pg_catalog.current_setting('max_connections')::int,
               {SessionsSoFar(countsSessions)},
               pg_catalog.current_setting('haconnect.term', true),
               {(seesPauses ? "(SELECT pg_catalog.string_agg(DISTINCT coalesce(p.node, ''), ',') FROM haconnect.pause p WHERE p.ended_at IS NULL)" : "NULL::text")}
          FROM (SELECT pg_catalog.pg_is_in_recovery() AS in_recovery) q
          CROSS JOIN LATERAL (SELECT q.in_recovery,
                 CASE WHEN NOT q.in_recovery THEN pg_catalog.pg_current_wal_insert_lsn() END AS insert_lsn,
                 CASE WHEN q.in_recovery THEN pg_catalog.pg_last_wal_receive_lsn() END AS receive_lsn,
                 CASE WHEN q.in_recovery THEN pg_catalog.pg_last_wal_replay_lsn() END AS replay_lsn) r
          LEFT JOIN pg_catalog.pg_stat_wal_receiver w ON true
        """;
}
