namespace HaConnect.Failover;

/// <summary>The statements of the lock sessions. All names are qualified, since these sessions are privileged.</summary>
internal static class ControlSql
{
    internal const string TryLock = "SELECT pg_catalog.pg_try_advisory_lock($1, $2)";

    internal const string Renew = "SELECT 1";

    /// <summary>The register as the file has it: readable at once, without a reload.</summary>
    internal const string ReadRegister = "SELECT (SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE f.name = 'haconnect.term' ORDER BY f.seqno DESC LIMIT 1)";

    internal const string ResetRegister = "RESET haconnect.term";

    /// <summary>What the user lacks, each as the statement that mends it. Parameter privileges exist since PostgreSQL 15.</summary>
    internal const string MissingPrivileges = """
        SELECT pg_catalog.array_remove(ARRAY[
          CASE WHEN NOT pg_catalog.has_function_privilege('pg_catalog.pg_promote(boolean,integer)', 'EXECUTE') THEN pg_catalog.format('GRANT EXECUTE ON FUNCTION pg_catalog.pg_promote(boolean, integer) TO %I', current_user) END,
          CASE WHEN NOT pg_catalog.has_function_privilege('pg_catalog.pg_reload_conf()', 'EXECUTE') THEN pg_catalog.format('GRANT EXECUTE ON FUNCTION pg_catalog.pg_reload_conf() TO %I', current_user) END,
          CASE WHEN NOT pg_catalog.has_function_privilege('pg_catalog.pg_wal_replay_resume()', 'EXECUTE') THEN pg_catalog.format('GRANT EXECUTE ON FUNCTION pg_catalog.pg_wal_replay_resume() TO %I', current_user) END,
          CASE WHEN NOT pg_catalog.has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE') THEN pg_catalog.format('GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO %I', current_user) END,
          CASE WHEN NOT pg_catalog.has_table_privilege('pg_catalog.pg_file_settings', 'SELECT') THEN pg_catalog.format('GRANT SELECT ON pg_catalog.pg_file_settings TO %I', current_user) END,
          CASE WHEN NOT (pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AND pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')) THEN pg_catalog.format('GRANT pg_monitor TO %I', current_user) END,
          CASE WHEN NOT pg_catalog.pg_has_role('pg_signal_backend', 'USAGE') THEN pg_catalog.format('GRANT pg_signal_backend TO %I', current_user) END,
          CASE WHEN NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') THEN pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I', pg_catalog.current_database(), current_user) END,
          CASE WHEN pg_catalog.current_setting('allow_alter_system', true) = 'off' THEN 'set allow_alter_system = on in postgresql.conf and reload' END
        ], NULL) || 
        """;

    internal const string MissingParameterPrivileges = """
        (SELECT coalesce(pg_catalog.array_agg(pg_catalog.format('GRANT ALTER SYSTEM ON PARAMETER %s TO %I', p, current_user)), '{}')
           FROM pg_catalog.unnest(ARRAY['primary_conninfo', 'synchronous_standby_names', 'recovery_min_apply_delay', 'default_transaction_read_only', 'haconnect.term']) p
          WHERE NOT pg_catalog.has_parameter_privilege(p, 'ALTER SYSTEM'))
        """;

    internal const string MissingSuperuser = """
        (SELECT coalesce(pg_catalog.array_agg(pg_catalog.format('ALTER ROLE %I SUPERUSER (ALTER SYSTEM demands it before PostgreSQL 15)', current_user)), '{}')
           FROM pg_catalog.pg_roles WHERE rolname = current_user AND NOT rolsuper)
        """;

    internal const string HasSchema = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'haconnect' AND c.relname = 'term')";

    internal const string ReadSettings = $"""
        SELECT pg_catalog.pg_is_in_recovery(),
               (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
               (SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE f.name = 'haconnect.term' ORDER BY f.seqno DESC LIMIT 1),
               pg_catalog.current_setting('synchronous_standby_names'),
               pg_catalog.current_setting('primary_conninfo'),
               pg_catalog.current_setting('restore_command'),
               pg_catalog.array_remove(ARRAY[
                 CASE WHEN pg_catalog.current_setting('fsync') = 'off' THEN 'fsync = off' END,
                 CASE WHEN pg_catalog.current_setting('full_page_writes') = 'off' THEN 'full_page_writes = off' END,
                 (SELECT 'synchronous_commit = ' || f.setting FROM pg_catalog.pg_file_settings f
                   WHERE f.name = 'synchronous_commit' AND f.applied AND f.setting NOT IN ('on', 'remote_apply') LIMIT 1)
               ], NULL),
               extract(epoch FROM pg_catalog.current_setting('wal_receiver_timeout')::interval)::float8,
               coalesce((SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE f.name = 'default_transaction_read_only' ORDER BY f.seqno DESC LIMIT 1) IN ('on', 'true', 'yes', '1'), false),
               pg_catalog.current_setting('haconnect.term', true),
               CASE WHEN pg_catalog.pg_is_in_recovery() THEN ARRAY[]::text[]
                    ELSE ARRAY(SELECT s.application_name FROM pg_catalog.pg_stat_replication s
                                WHERE s.state = 'streaming' AND pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_flush_lsn(), s.flush_lsn) < 16777216) END,
               (SELECT pg_catalog.max(a.application_name) FROM pg_catalog.pg_stat_activity a WHERE a.usename = current_user AND pg_catalog.starts_with(a.application_name, '{Manual.ManualFailover.Prefix}')),
               ARRAY(SELECT s.application_name FROM pg_catalog.pg_stat_replication s WHERE s.state IN ('streaming', 'catchup'))
        """;

    /// <summary>The newest row, or the newest that is established; and when failovers have changed the primary, for the flap guard.</summary>
    internal const string ReadTerms = """
        SELECT t.term, t.primary_node, t.synchronous_standbys, t.required, t.established_lsn IS NOT NULL, t.voters, t.control_database,
               pg_catalog.clock_timestamp(),
               ARRAY(SELECT f.at
                       FROM (SELECT x.term, x.at, x.reason, x.primary_node, pg_catalog.lag(x.primary_node) OVER (ORDER BY x.term) AS primary_before FROM haconnect.term x) f
                      WHERE f.reason IN ('Failover', 'Adopt') AND f.primary_node <> f.primary_before
                      ORDER BY f.term DESC LIMIT 100)
          FROM haconnect.term t
         WHERE t.term = (SELECT max(x.term) FROM haconnect.term x WHERE $1 OR x.established_lsn IS NOT NULL)
        """;

    internal const string CutOffState = """
        SELECT pg_catalog.current_setting('primary_conninfo') = '' AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver),
               EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'startup' AND a.wait_event = 'RecoveryRetrieveRetryInterval'),
               pg_catalog.pg_is_wal_replay_paused(), pg_catalog.current_setting('recovery_min_apply_delay')
        """;

    internal const string Position = """
        SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver), pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn(),
               EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'startup' AND a.wait_event = 'RecoveryRetrieveRetryInterval'),
               pg_catalog.pg_is_wal_replay_paused(), pg_catalog.current_setting('recovery_min_apply_delay')
        """;

    internal const string Verify = """
        SELECT pg_catalog.pg_is_in_recovery() AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver),
               EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.classid = $1::oid AND l.objid = $2::oid AND l.objsubid = 2 AND l.pid = pg_catalog.pg_backend_pid() AND l.granted),
               (SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE f.name = 'haconnect.term' ORDER BY f.seqno DESC LIMIT 1)
        """;

    /// <summary>Everything the promotion relies on, checked in the very statement that promotes; where it does not hold nothing happens.</summary>
    internal const string Promote = """
        SELECT pg_catalog.pg_promote(false)
         WHERE pg_catalog.pg_is_in_recovery()
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver)
           AND EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.classid = $1::oid AND l.objid = $2::oid AND l.objsubid = 2 AND l.pid = pg_catalog.pg_backend_pid() AND l.granted)
           AND (SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE f.name = 'haconnect.term' ORDER BY f.seqno DESC LIMIT 1) = $3
           AND greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn()) >= $4::pg_lsn
           AND pg_catalog.current_setting('synchronous_standby_names') = $5
        """;

    /// <summary>
    /// The version, and marks of other managers that may act here, each with where it was seen: what only they set, and keep set for as
    /// long as they manage the server. Any user may run it; where shared_preload_libraries may not be seen it says nothing of repmgr.
    /// Sources: Patroni's ConfigHandler (it passes these settings on the command line), CloudNativePG's CNPGConfigSha256, repmgr's manual
    /// ("repmgrd", shared_preload_libraries), pg_auto_failover's manual (slots), and the clouds' manuals (roles).
    /// </summary>
    internal const string ReadServer = """
        SELECT pg_catalog.current_setting('server_version_num')::int,
               pg_catalog.array_remove(ARRAY[
                 (SELECT 'Patroni (on the server''s command line it sets ' || pg_catalog.string_agg(s.name, ', ' ORDER BY s.name) || ')' FROM pg_catalog.pg_settings s
                   WHERE s.source = 'command line' AND s.name IN ('cluster_name', 'hot_standby', 'max_locks_per_transaction', 'track_commit_timestamp', 'wal_log_hints') HAVING count(*) = 5),
                 CASE WHEN pg_catalog.current_setting('cnpg.config_sha256', true) <> '' THEN 'CloudNativePG (it sets cnpg.config_sha256)' END,
                 (SELECT 'repmgr (in shared_preload_libraries)' FROM pg_catalog.pg_settings s WHERE s.name = 'shared_preload_libraries' AND s.setting ~ '(^|[,/"\s])repmgr($|[,"\s])'),
                 (SELECT 'pg_auto_failover (replication slot ' || pg_catalog.min(r.slot_name) || ')' FROM pg_catalog.pg_replication_slots r WHERE pg_catalog.starts_with(r.slot_name, 'pgautofailover_standby_') HAVING count(*) > 0),
                 (SELECT 'Amazon RDS or Aurora (role rds_superuser)' FROM pg_catalog.pg_roles WHERE rolname = 'rds_superuser'),
                 (SELECT 'Azure Database for PostgreSQL (role azure_pg_admin)' FROM pg_catalog.pg_roles WHERE rolname = 'azure_pg_admin'),
                 (SELECT 'Google Cloud SQL (role cloudsqlsuperuser)' FROM pg_catalog.pg_roles WHERE rolname = 'cloudsqlsuperuser')
               ], NULL)
        """;

    internal const string ResumeReplay = "SELECT pg_catalog.pg_wal_replay_resume()";

    /// <summary>As loaded, and as the files have it.</summary>
    internal const string WrittenNames = """
        SELECT pg_catalog.current_setting('synchronous_standby_names'),
               coalesce((SELECT f.setting FROM pg_catalog.pg_file_settings f WHERE f.name = 'synchronous_standby_names' ORDER BY f.seqno DESC LIMIT 1), '')
        """;

    /// <summary>
    /// What this session shows; whether a WAL sender counts a standby that is not among the names; and whether the checkpointer, which alone
    /// makes commits wait or not, waits for work, or between two pages: before either it reads the files. Before PostgreSQL 15 the second shows as nothing. Sources:
    /// PostgreSQL's SyncRepUpdateSyncStandbysDefined, CheckpointerMain and CheckpointWriteDelay; SyncRepInitConfig for the senders.
    /// </summary>
    internal const string NamesInForce = """
        SELECT pg_catalog.current_setting('synchronous_standby_names'),
               EXISTS (SELECT FROM pg_catalog.pg_stat_replication s WHERE s.sync_priority > 0 AND NOT pg_catalog.lower(s.application_name) = ANY ($1)),
               EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'checkpointer' AND a.wait_event IN ('CheckpointerMain', 'CheckpointWriteDelay')),
               pg_catalog.current_setting('server_version_num')::int < 150000
        """;

    /// <summary>Makes one that is under way hurry, and takes another after it.</summary>
    internal const string Checkpoint = "CHECKPOINT";

    internal const string NameSession = "SELECT pg_catalog.set_config('application_name', $1, false)";

    internal const string Conninfo = "SELECT pg_catalog.current_setting('primary_conninfo')";

    internal const string InRecovery = "SELECT pg_catalog.pg_is_in_recovery()";

    internal const string Reload = "SELECT pg_catalog.pg_reload_conf()";

    /// <summary>The schema may be there already, with the application's commit_token.</summary>
    internal const string CreateSchema = """
        CREATE SCHEMA IF NOT EXISTS haconnect;
        CREATE TABLE haconnect.term (
          term bigint PRIMARY KEY, primary_node text NOT NULL, synchronous_standbys text[] NOT NULL, required int NOT NULL,
          voters text[] NOT NULL, control_database text NOT NULL, coordinator text NOT NULL, reason text NOT NULL,
          at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), established_lsn pg_lsn, established_at timestamptz, may_lack_from pg_lsn);
        CREATE TABLE haconnect.audit (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, cluster text NOT NULL, coordinator text NOT NULL,
          term bigint, step text NOT NULL, node text, sentence text NOT NULL);
        GRANT USAGE ON SCHEMA haconnect TO PUBLIC;
        GRANT SELECT ON haconnect.term TO PUBLIC;
        """;

    /// <summary>Switchovers that somebody has asked for, and what has become of them.</summary>
    internal const string CreateRequests = """
        CREATE TABLE IF NOT EXISTS haconnect.switchover (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, term bigint, target text, drain_timeout interval NOT NULL DEFAULT '5 s', terminates boolean NOT NULL DEFAULT false,
          asked_by text NOT NULL, asked_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), started_at timestamptz, coordinator text,
          sealed_at timestamptz, ended_at timestamptz, outcome text, ended_sessions text[] NOT NULL DEFAULT '{}')
        """;

    internal const string AskForSwitchover = "INSERT INTO haconnect.switchover (term, target, drain_timeout, terminates, asked_by) VALUES ($1, $2, $3, $4, $5) RETURNING id";

    /// <summary>What has become of a request, by who asked for it, which is a name for this request alone.</summary>
    internal const string LookAtRequest = "SELECT r.started_at, r.sealed_at, r.ended_at, r.coordinator, r.outcome, r.ended_sessions FROM haconnect.switchover r WHERE r.asked_by = $1";

    /// <summary>Unless a coordinator has begun with it. A row comes back only where it was taken back.</summary>
    internal const string TakeBackRequest = """
        UPDATE haconnect.switchover SET ended_at = pg_catalog.clock_timestamp(), outcome = $2 WHERE asked_by = $1 AND started_at IS NULL AND ended_at IS NULL RETURNING id
        """;

    /// <summary>What people have asked not to be done by itself: on one node, or with null on the whole cluster.</summary>
    internal const string CreatePauses = """
        CREATE TABLE IF NOT EXISTS haconnect.pause (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, node text, reason text NOT NULL, asked_by text NOT NULL,
          at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), ended_at timestamptz, ended_by text)
        """;

    internal const string HasPauses = "SELECT coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass('haconnect.pause'), 'SELECT'), false)";

    /// <summary>Each row changes twice.</summary>
    internal const string ReadPauses = """
        SELECT pg_catalog.count(*) + pg_catalog.count(p.ended_at),
               (SELECT pg_catalog.format('%s has paused it since %s: %s', x.asked_by, pg_catalog.date_trunc('second', x.at), x.reason) FROM haconnect.pause x WHERE x.node IS NULL AND x.ended_at IS NULL ORDER BY x.id LIMIT 1),
               ARRAY(SELECT DISTINCT x.node FROM haconnect.pause x WHERE x.node IS NOT NULL AND x.ended_at IS NULL)
          FROM haconnect.pause p
        """;

    /// <summary>Nothing where it is paused already; a local commit, whose flush by standbys is waited for apart.</summary>
    internal const string Pause = """
        INSERT INTO haconnect.pause (node, reason, asked_by) SELECT $1, $2, $3
         WHERE NOT EXISTS (SELECT FROM haconnect.pause p WHERE p.ended_at IS NULL AND p.node IS NOT DISTINCT FROM $1) RETURNING id
        """;

    internal const string Resume = "UPDATE haconnect.pause SET ended_at = pg_catalog.clock_timestamp(), ended_by = $2 WHERE ended_at IS NULL AND node IS NOT DISTINCT FROM $1 RETURNING id";

    internal const string NewestTerm = "SELECT max(t.term) FROM haconnect.term t";

    /// <summary>A term that belongs to nobody. Nothing where that was said already.</summary>
    internal const string GiveUp = """
        INSERT INTO haconnect.term (term, primary_node, synchronous_standbys, required, voters, control_database, coordinator, reason, established_lsn, established_at)
        SELECT t.term + 1, '', t.synchronous_standbys, t.required, t.voters, t.control_database, $1, 'GivenUp', pg_catalog.pg_current_wal_insert_lsn(), pg_catalog.clock_timestamp()
          FROM haconnect.term t WHERE t.term = (SELECT max(x.term) FROM haconnect.term x) AND t.primary_node <> '' RETURNING term
        """;

    internal const string InsertTerm = """
        INSERT INTO haconnect.term (term, primary_node, synchronous_standbys, required, voters, control_database, coordinator, reason, may_lack_from)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    /// <summary>A local commit has flushed everything up to this.</summary>
    internal const string FlushedLsn = "SELECT pg_catalog.pg_current_wal_flush_lsn()";

    internal const string Flushed = """
        SELECT count(DISTINCT s.application_name)::int FROM pg_catalog.pg_stat_replication s
         WHERE s.application_name = ANY ($1) AND s.state = 'streaming' AND s.flush_lsn >= $2::pg_lsn
        """;

    internal const string MarkEstablished = "UPDATE haconnect.term SET established_lsn = $2::pg_lsn, established_at = pg_catalog.clock_timestamp() WHERE term = $1";

    internal const string InsertAudit = "INSERT INTO haconnect.audit (at, cluster, coordinator, term, step, node, sentence) VALUES ($1, $2, $3, $4, $5, $6, $7)";

    internal const string Now = "SELECT pg_catalog.clock_timestamp()";

    /// <summary>When this session has last read the configuration files.</summary>
    internal const string LoadTime = "SELECT pg_catalog.pg_conf_load_time()";

    /// <summary>A table that the control user may not read and change is not looked at.</summary>
    internal const string HasRequests = "SELECT coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass('haconnect.switchover'), 'SELECT') AND pg_catalog.has_table_privilege(pg_catalog.to_regclass('haconnect.switchover'), 'UPDATE'), false)";

    /// <summary>
    /// Nobody waits any more for one that was asked for long ago. One that was asked for in an earlier term of the same primary, which has
    /// named other standbys since, say, counts as one of the term in force.
    /// </summary>
    internal const string ReadRequest = """
        SELECT r.id,
               CASE WHEN EXISTS (SELECT FROM haconnect.term a WHERE a.term = r.term AND NOT EXISTS (SELECT FROM haconnect.term t WHERE t.term > a.term AND t.primary_node <> a.primary_node))
                    THEN (SELECT max(t.term) FROM haconnect.term t WHERE t.established_lsn IS NOT NULL) ELSE r.term END,
               r.target, least(greatest(extract(epoch FROM r.drain_timeout)::float8, 0.1), 300), r.terminates FROM haconnect.switchover r
         WHERE r.started_at IS NULL AND r.ended_at IS NULL AND r.asked_at > pg_catalog.clock_timestamp() - interval '30 s' ORDER BY r.id LIMIT 1
        """;

    internal const string StartRequest = "UPDATE haconnect.switchover SET started_at = pg_catalog.clock_timestamp(), coordinator = $2, target = $3 WHERE id = $1 AND started_at IS NULL AND ended_at IS NULL AND NOT EXISTS (SELECT FROM haconnect.term t WHERE t.primary_node = '') RETURNING id";

    internal const string SealRequest = "UPDATE haconnect.switchover SET sealed_at = pg_catalog.clock_timestamp() WHERE id = $1";

    /// <summary>One, or with 0 whatever a coordinator before has begun with.</summary>
    internal const string EndRequest = $"""
        UPDATE haconnect.switchover r
           SET ended_at = pg_catalog.clock_timestamp(), outcome = CASE WHEN $2 = '{Switchover.SwitchoverRequest.Succeeded}' AND r.target <> $3 THEN $3 || ' has become the primary instead' ELSE $2 END
         WHERE r.ended_at IS NULL AND (r.id = $1 OR ($1 = 0 AND r.started_at IS NOT NULL))
        """;

    /// <summary>Both or neither: no request stays open whose term is established.</summary>
    internal const string MarkEstablishedAndEnd = $"WITH ended AS ({EndRequest}) UPDATE haconnect.term SET established_lsn = $5::pg_lsn, established_at = pg_catalog.clock_timestamp() WHERE term = $4";

    /// <summary>Probing sessions that have not begun a probe since. Whoever has not for ten seconds, twice the longest Probing.Interval, is taken for frozen or gone.</summary>
    internal const string UnawareInstances = $"""
        SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_stat_activity a
         WHERE a.application_name = '{Connections.NodeSources.ProbeApplication}' AND a.query_start <= $1 AND a.query_start > pg_catalog.clock_timestamp() - interval '10 s'
        """;

    /// <summary>
    /// A standby that is pointed elsewhere receives its present segment of WAL anew from the start, and at a change of the timeline twice
    /// (PostgreSQL's RequestXLogStreaming): in a switchover, while nobody can be acked. In a new segment that is next to nothing. The rest of
    /// the segment is sent to the standbys first, before the writes that come after it: where that is much, it is not worth it.
    /// </summary>
    internal const string IsWorthSwitching = """
        SELECT pg_catalog.has_function_privilege('pg_catalog.pg_switch_wal()', 'EXECUTE')
           AND (SELECT x.rest <= 16777216 AND x.rest <= 2 * x.used
                  FROM (SELECT w.file_offset AS used, pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')) - w.file_offset AS rest
                          FROM pg_catalog.pg_walfile_name_offset(pg_catalog.pg_current_wal_insert_lsn()) w) x)
        """;

    internal const string SwitchWal = "SELECT pg_catalog.pg_switch_wal()";

    /// <summary>
    /// Instances that do not know yet, or have writes under way, and sessions with an open transaction: any at first, and once writes are
    /// refused ($2, till then infinity) only such as began before.
    /// </summary>
    internal const string Undrained = $"""
        SELECT pg_catalog.count(*)::int, pg_catalog.string_agg(x.who, ', ')
          FROM (SELECT CASE WHEN a.application_name = '{Connections.NodeSources.ProbeApplication}' THEN 'an instance at ' || coalesce(a.client_addr::text, 'this host') || ', which has writes under way'
                            ELSE pg_catalog.format('process %s of %s%s, whose transaction began %s ago', a.pid, a.usename, ' (' || nullif(a.application_name, '') || ')', pg_catalog.date_trunc('milliseconds', pg_catalog.clock_timestamp() - a.xact_start)) END AS who
                  FROM pg_catalog.pg_stat_activity a
                 WHERE a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
                   AND CASE WHEN a.application_name = '{Connections.NodeSources.ProbeApplication}'
                            THEN $2 = 'infinity'::timestamptz AND a.query_start > pg_catalog.clock_timestamp() - interval '10 s' AND (a.query_start <= $1 OR NOT pg_catalog.starts_with(a.query, '{Probing.ProbeSql.Held}'))
                            ELSE a.application_name NOT LIKE 'haconnect-%' AND a.xact_start < $2 END
                 ORDER BY a.xact_start LIMIT 20) x
        """;

    /// <summary>Ends the sessions whose transactions began before writes were refused, and says whose they are; those that read since are left alone.</summary>
    internal const string TerminateOpen = """
        SELECT coalesce(pg_catalog.array_agg(pg_catalog.format('process %s of %s%s', a.pid, a.usename, ' (' || nullif(a.application_name, '') || ')')) FILTER (WHERE pg_catalog.pg_terminate_backend(a.pid)), '{}')
          FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
         WHERE a.backend_type = 'client backend' AND a.xact_start < $1 AND a.pid <> pg_catalog.pg_backend_pid()
           AND a.application_name NOT LIKE 'haconnect-%'
           AND (NOT r.rolsuper OR (SELECT me.rolsuper FROM pg_catalog.pg_roles me WHERE me.rolname = current_user))
        """;

    internal const string RecordEnded = "UPDATE haconnect.switchover SET ended_sessions = ended_sessions || $2::text[] WHERE id = $1";

    internal const string HasReplayed = "SELECT pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_lsn";

    internal const string Lag = "SELECT coalesce(pg_catalog.pg_last_wal_receive_lsn(), '0/0'), pg_catalog.pg_last_wal_replay_lsn()";

    internal const string RefuseWrites = "ALTER SYSTEM SET default_transaction_read_only = on";

    internal const string AllowWrites = "ALTER SYSTEM RESET default_transaction_read_only";

    /// <summary>
    /// Ends the sessions that began before writes were refused, and says how many there were. Terminated, a commit that waits
    /// for a standby is not answered; cancelled, it would be answered as a success. Another superuser's session cannot be ended by a user
    /// that is none, and stays.
    /// </summary>
    internal const string TerminateClients = """
        SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid))::int
          FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
         WHERE a.backend_type = 'client backend' AND a.backend_start < $1 AND a.pid <> pg_catalog.pg_backend_pid()
           AND a.application_name NOT LIKE 'haconnect-%'
           AND (NOT r.rolsuper OR (SELECT me.rolsuper FROM pg_catalog.pg_roles me WHERE me.rolname = current_user))
        """;

    /// <summary>A string literal; standard_conforming_strings is on in every supported version.</summary>
    internal static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
