namespace HaConnect.Operations.Integrity;

/// <summary>Where a server is in its WAL. Pure, but for asking.</summary>
internal static class WalPosition
{
    /// <summary>The insert position: a commit is visible before it is written. On a standby what it has replayed.</summary>
    internal const string Sql = """
        SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END - '0/0'::pg_catalog.pg_lsn)::bigint
        """;

    private const long PageSize = 8192;
    private const long PageHeader = 24;
    private const long SegmentHeader = 40;

    /// <summary>An idle primary stands behind the header of a page that it has not written yet; its standby stands before it.</summary>
    internal static long BeforeHeader(long position, long segmentSize) =>
        position % segmentSize == SegmentHeader ? position - SegmentHeader : position % PageSize == PageHeader ? position - PageHeader : position;
}
