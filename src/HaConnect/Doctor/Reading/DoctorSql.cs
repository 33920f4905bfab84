namespace HaConnect.Doctor;

/// <summary>The statements of the doctor: they read, and any user may run them.</summary>
internal static class DoctorSql
{
    /// <summary>A standby stops, or stops replaying, where one of these is lower than on its primary (manual, "Hot Standby", administrator's overview).</summary>
    internal static readonly IReadOnlyList<string> Limits = ["max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions", "max_locks_per_transaction"];

    internal const string ProcessId = "SELECT pg_catalog.pg_backend_pid()";

    /// <summary>pg_stat_replication has no names for a user without pg_read_all_stats; a base backup's connection is none that could ack.</summary>
    internal const string ReadServer = """
        SELECT pg_catalog.pg_is_in_recovery(),
               (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
               pg_catalog.current_setting('server_version_num')::int,
               pg_catalog.quote_ident(current_user),
               'on' IN (pg_catalog.current_setting('wal_log_hints'), pg_catalog.current_setting('data_checksums')),
               pg_catalog.current_setting('hot_standby') = 'on',
               ARRAY(SELECT pg_catalog.current_setting(l.name)::int FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY l (name, i) ORDER BY l.i),
               (SELECT s.setting::int FROM pg_catalog.pg_settings s WHERE s.name = 'wal_keep_size'),
               extract(epoch FROM pg_catalog.current_setting('wal_receiver_timeout')::interval)::float8,
               pg_catalog.current_setting('synchronous_standby_names'),
               pg_catalog.array_remove(ARRAY[
                 CASE WHEN pg_catalog.current_setting('fsync') = 'off' THEN 'fsync = off' END,
                 CASE WHEN pg_catalog.current_setting('full_page_writes') = 'off' THEN 'full_page_writes = off' END,
                 (SELECT 'synchronous_commit = ' || s.setting FROM pg_catalog.pg_settings s
                   WHERE s.name = 'synchronous_commit' AND s.setting NOT IN ('on', 'remote_apply') AND s.source IN ('environment variable', 'configuration file', 'command line'))
               ], NULL),
               o.whats, o.statements,
               pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
               ARRAY(SELECT coalesce(w.application_name, '') FROM pg_catalog.pg_stat_replication w WHERE w.state <> 'backup' ORDER BY w.pid),
               ARRAY(SELECT coalesce(w.state = 'streaming', false) FROM pg_catalog.pg_stat_replication w WHERE w.state <> 'backup' ORDER BY w.pid)
          FROM (SELECT coalesce(pg_catalog.array_agg(x.what ORDER BY x.what), '{}') AS whats, coalesce(pg_catalog.array_agg(x.statement ORDER BY x.what), '{}') AS statements
                  FROM (SELECT CASE WHEN s.setrole = 0 AND s.setdatabase = 0 THEN 'every role (ALTER ROLE ALL)'
                                    WHEN s.setrole = 0 THEN pg_catalog.format('database %I', d.datname)
                                    WHEN s.setdatabase = 0 THEN pg_catalog.format('role %I', r.rolname)
                                    ELSE pg_catalog.format('role %I in database %I', r.rolname, d.datname) END || ' has synchronous_commit = ' || pg_catalog.substr(c, 20) AS what,
                               CASE WHEN s.setrole = 0 AND s.setdatabase = 0 THEN 'ALTER ROLE ALL RESET synchronous_commit'
                                    WHEN s.setrole = 0 THEN pg_catalog.format('ALTER DATABASE %I RESET synchronous_commit', d.datname)
                                    WHEN s.setdatabase = 0 THEN pg_catalog.format('ALTER ROLE %I RESET synchronous_commit', r.rolname)
                                    ELSE pg_catalog.format('ALTER ROLE %I IN DATABASE %I RESET synchronous_commit', r.rolname, d.datname) END AS statement
                          FROM pg_catalog.pg_db_role_setting s
                         CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c
                          LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
                          LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
                         WHERE pg_catalog.starts_with(c, 'synchronous_commit=')
                           AND pg_catalog.lower(pg_catalog.substr(c, 20)) NOT IN ('on', 'true', 'yes', '1', 'remote_apply')
                           AND (s.setrole = 0 OR r.oid IS NOT NULL) AND (s.setdatabase = 0 OR d.oid IS NOT NULL)) x) o
        """;

    /// <summary>A witness keeps its record in a table of its own, which the control user makes where it is missing.</summary>
    internal const string ReadWitness = """
        SELECT CASE WHEN NOT (pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
                              OR EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                          WHERE n.nspname = 'haconnect' AND c.relname = 'register' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                                            AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')))
                    THEN pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I', pg_catalog.current_database(), current_user) END
        """;
}
