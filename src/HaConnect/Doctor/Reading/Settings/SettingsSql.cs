namespace HaConnect.Doctor;

/// <summary>The statements that read settings.</summary>
internal static class SettingsSql
{
    /// <summary>What the checks look at. Any user may see these.</summary>
    internal static readonly IReadOnlyList<string> Names =
    [
        "archive_command", "archive_library", "archive_mode", "archive_timeout", "autovacuum", "checkpoint_timeout", "data_checksums", "data_sync_retry", "hot_standby_feedback", "idle_session_timeout",
        "ignore_checksum_failure", "max_connections", "max_slot_wal_keep_size", "max_standby_archive_delay", "max_standby_streaming_delay", "password_encryption", "recovery_min_apply_delay",
        "recovery_target_timeline", "superuser_reserved_connections", "track_counts", "wal_keep_size", "wal_level", "wal_receiver_status_interval", "wal_retrieve_retry_interval", "wal_sender_timeout", "zero_damaged_pages",
    ];

    internal const string Read = """
        SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(s.name, s.setting, s.unit, s.source, s.pending_restart)), '[]')::text
          FROM pg_catalog.pg_settings s WHERE s.name = ANY ($1::text[]) OR s.pending_restart
        """;

    internal const string MayReadFiles = """
        SELECT pg_catalog.has_table_privilege('pg_catalog.pg_file_settings', 'SELECT') AND pg_catalog.has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE')
        """;

    /// <summary>The view shows passwords (primary_conninfo): only what is judged is read. A wrong line, and a change that awaits a restart, both have an error.</summary>
    internal const string ReadFiles = """
        SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(f.name, f.sourcefile, f.sourceline, f.error, CASE WHEN f.error IS NULL THEN f.setting END) ORDER BY f.seqno), '[]')::text
          FROM pg_catalog.pg_file_settings f
         WHERE (f.error IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_settings s WHERE s.name = f.name AND s.pending_restart))
            OR (f.applied AND f.name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'default_transaction_read_only'))
        """;
}
