namespace HaConnect.Operations.Integrity;

/// <summary>What a side is.</summary>
/// <param name="SystemIdentifier">Of its cluster; null where it does not tell.</param>
/// <param name="IsInRecovery">Whether it is a standby.</param>
/// <param name="VersionNumber">For instance 150018.</param>
/// <param name="DatabaseOid">Of the database in its cluster: the same on each standby.</param>
/// <param name="Database">Its name.</param>
/// <param name="Address">Address, port and start of the server process: the same only for the same server.</param>
/// <param name="Encoding">The server's.</param>
/// <param name="BlockSize">In bytes.</param>
/// <param name="SegmentSize">Of WAL, in bytes.</param>
internal sealed record ServerFacts(string? SystemIdentifier, bool IsInRecovery, int VersionNumber, long DatabaseOid, string Database, string Address, string Encoding, int BlockSize, long SegmentSize)
{
    internal const string Sql = """
        SELECT (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c), pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('server_version_num')::int,
               d.oid::bigint, d.datname, COALESCE(pg_catalog.inet_server_addr()::text, 'local') || ' ' || pg_catalog.current_setting('port') || ' ' || pg_catalog.pg_postmaster_start_time()::text,
               pg_catalog.current_setting('server_encoding'), pg_catalog.current_setting('block_size')::int, pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size'))
          FROM pg_catalog.pg_database d
         WHERE d.datname = pg_catalog.current_database()
        """;

    internal static async Task<ServerFacts> ReadAsync(ServerSession session, CancellationToken cancellationToken) => (await session.QueryAsync(
        new Statement(Sql),
        static row => new ServerFacts(row.IsDBNull(0) ? null : row.GetString(0), row.GetBoolean(1), row.GetInt32(2), row.GetInt64(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetInt32(7), row.GetInt64(8)),
        cancellationToken).ConfigureAwait(false))[0];
}
