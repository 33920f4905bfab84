namespace HaConnect.Consistency;

/// <summary>The statements that causal tokens need. The application's own user runs the first two, anybody may.</summary>
internal static class CausalSql
{
    /// <summary>
    /// The insert position of a primary, since an asynchronous commit is acked before it is written, and the timeline it writes; nothing of a standby, which shows a
    /// commit a moment before it says that it has replayed it.
    /// </summary>
    internal const string Position = """
        SELECT CASE WHEN NOT r.in_recovery THEN pg_catalog.pg_current_wal_insert_lsn() END,
               CASE WHEN NOT r.in_recovery THEN ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8))::bit(32)::int END,
               pg_catalog.current_setting('wal_block_size')::int,
               pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size'))
          FROM (SELECT pg_catalog.pg_is_in_recovery() AS in_recovery) r
        """;

    internal const string HasReplayed = "SELECT coalesce(pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_lsn, false)";

    /// <summary>Whether a term is in the history up to another, and behind what position that may lack acked writes of it.</summary>
    internal const string History = """
        SELECT EXISTS (SELECT FROM haconnect.term t WHERE t.term = $1),
               (SELECT min(t.may_lack_from) FROM haconnect.term t WHERE t.term > $1 AND t.term <= $2)
        """;
}
