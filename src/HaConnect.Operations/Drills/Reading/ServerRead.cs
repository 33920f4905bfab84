using HaConnect.Operations.Drills.Workload;
using Npgsql;

namespace HaConnect.Operations.Drills.Reading;

/// <summary>What one server holds of the drill's own table, read over a plain connection of Npgsql, past HaConnect.</summary>
/// <param name="Server">The server.</param>
/// <param name="Rows">The key of every row, also of one that is there twice.</param>
/// <param name="IsStandby">Whether it is in recovery.</param>
/// <param name="Timeline">The timeline that it writes, or receives.</param>
internal sealed record ServerRead(DrillServer Server, IReadOnlyList<WriteKey> Rows, bool IsStandby, int? Timeline)
{
    private const string HasTable = "SELECT pg_catalog.to_regclass('haconnect_drill.writes') IS NOT NULL";

    // An index would hide a row that is there twice.
    private const string Everything = "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off; SELECT writer, seq FROM haconnect_drill.writes";

    internal static async Task<ServerRead> OfAsync(DrillServer server, CancellationToken cancellationToken)
    {
        var state = await ServerState.OfAsync(server, cancellationToken).ConfigureAwait(false);
        var rows = new List<WriteKey>();
        await DrillSql.ReadAsync(server.Application, Everything, row => rows.Add(new WriteKey(row.GetInt32(0), row.GetInt32(1))), cancellationToken).ConfigureAwait(false);
        return new ServerRead(server, rows, state.IsStandby, state.Timeline);
    }

    internal static Task<bool> HasTableAsync(DrillServer server, CancellationToken cancellationToken) =>
        DrillSql.ScalarAsync<bool>(server.Application, HasTable, cancellationToken);
}
