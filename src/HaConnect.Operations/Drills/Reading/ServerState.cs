namespace HaConnect.Operations.Drills.Reading;

/// <summary>What one server says of itself.</summary>
/// <param name="IsStandby">Whether it is in recovery.</param>
/// <param name="Timeline">The timeline that it writes, or receives; null where it receives nothing.</param>
internal sealed record ServerState(bool IsStandby, int? Timeline)
{
    // The name of a WAL file begins with its timeline; pg_control_checkpoint() would lag behind a promotion.
    private const string State = """
        SELECT pg_catalog.pg_is_in_recovery(),
               CASE WHEN pg_catalog.pg_is_in_recovery() THEN (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver)
                    ELSE ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8))::pg_catalog.bit(32)::pg_catalog.int4 END
        """;

    internal static async Task<ServerState> OfAsync(DrillServer server, CancellationToken cancellationToken)
    {
        ServerState? state = null;
        await DrillSql.ReadAsync(server.Control, State, row => state = new ServerState(row.GetBoolean(0), row.IsDBNull(1) ? null : row.GetInt32(1)), cancellationToken).ConfigureAwait(false);
        return state!;
    }
}
