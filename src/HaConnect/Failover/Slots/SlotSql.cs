namespace HaConnect.Failover.Slots;

/// <summary>The statements that read and keep replication slots. All names are qualified, since these sessions are privileged.</summary>
internal static class SlotSql
{
    /// <summary>
    /// Any user may run it; without pg_read_all_stats the senders have no positions. Each view is read once, since these views show every reading another
    /// moment; columns that not every version has are read by name out of the row. An invalidated logical slot has lost its place: a
    /// conflict (since 16), or WAL that was removed.
    /// </summary>
    internal const string Read = """
        SELECT pg_catalog.pg_is_in_recovery(),
               pg_catalog.current_setting('primary_slot_name'),
               (SELECT r.rolreplication OR r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user),
               coalesce((SELECT s.setting::bigint FROM pg_catalog.pg_settings s WHERE s.name = 'max_slot_wal_keep_size'), -1),
               (SELECT s.setting::bigint FROM pg_catalog.pg_settings s WHERE s.name = 'wal_segment_size'),
               pg_catalog.current_setting('max_replication_slots')::int,
               coalesce((SELECT s.setting <> '0' FROM pg_catalog.pg_settings s WHERE s.name = 'idle_replication_slot_timeout'), false),
               CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END,
               (SELECT c.redo_lsn FROM pg_catalog.pg_control_checkpoint() c),
               (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(s.slot_name, s.active, s.restart_lsn, pg_catalog.to_jsonb(s) ->> 'wal_status' = 'lost', s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL)), '[]')::text
                  FROM pg_catalog.pg_replication_slots s WHERE s.slot_type = 'physical' AND NOT s.temporary),
               (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(s.slot_name, coalesce((pg_catalog.to_jsonb(s) ->> 'failover')::boolean, false),
                         pg_catalog.to_jsonb(s) ->> 'wal_status' IS DISTINCT FROM 'lost' AND pg_catalog.to_jsonb(s) ->> 'invalidation_reason' IS NULL AND coalesce(pg_catalog.to_jsonb(s) ->> 'conflicting', 'false') = 'false')), '[]')::text
                  FROM pg_catalog.pg_replication_slots s WHERE s.slot_type = 'logical' AND NOT s.temporary),
               (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(w.application_name, w.flush_lsn)), '[]')::text
                  FROM pg_catalog.pg_stat_replication w WHERE w.state = 'streaming' AND w.flush_lsn IS NOT NULL),
               pg_catalog.current_setting('server_version_num')::int
        """;

    /// <summary>It keeps WAL from the last checkpoint on.</summary>
    internal const string Create = "SELECT pg_catalog.pg_create_physical_replication_slot($1::name, true)";

    internal const string Drop = "SELECT pg_catalog.pg_drop_replication_slot($1::name)";

    /// <summary>No further than the server itself has come, and never back: that is an error.</summary>
    internal const string Advance = "SELECT pg_catalog.pg_replication_slot_advance($1::name, $2::pg_lsn)";
}
