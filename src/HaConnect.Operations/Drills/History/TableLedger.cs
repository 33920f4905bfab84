using System.Data.Common;
using System.Text;
using HaConnect.Operations.Auditing;

namespace HaConnect.Operations.Drills.History;

/// <summary>From the copy on the cluster: only what tells of drills, and the first record of each chain.</summary>
internal sealed class TableLedger(HaRuntime runtime) : ILedgerSource
{
    internal const string ReadSql = """
        SELECT t.line FROM haconnect_audit.trail t
         WHERE t.kind = 'Drill' OR (t.chain, t.seq) IN (SELECT f.chain, pg_catalog.min(f.seq) FROM haconnect_audit.trail f GROUP BY f.chain)
         ORDER BY t.chain, t.seq
        """;

    public async Task<DrillLedger> ReadAsync(CancellationToken cancellationToken)
    {
        var primary = await PrimarySession.OpenAsync(runtime, runtime.Options.Connections.WaitTimeout, cancellationToken).ConfigureAwait(false);
        await using var _ = primary.ConfigureAwait(false);
        return await ReadAsync(primary, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<DrillLedger> ReadAsync(PrimarySession primary, CancellationToken cancellationToken)
    {
        var isThere = await primary.Session.QueryAsync(AuditTableSql.Exists, static row => row.GetBoolean(0), PrimarySession.StatementTimeout, cancellationToken).ConfigureAwait(false);
        var lines = isThere ? await primary.Session.QueryAsync(ReadSql, Lines, PrimarySession.StatementTimeout, cancellationToken).ConfigureAwait(false) : [];
        return DrillLedger.Of(lines.Select(l => AuditEntry.Of(Encoding.UTF8.GetBytes(l))).OfType<AuditEntry>());
    }

    /// <summary>The reader stands at the first row, where there is one.</summary>
    private static List<string> Lines(DbDataReader row)
    {
        var lines = new List<string>();
        if (!row.HasRows)
            return lines;
        do
            lines.Add(row.GetString(0));
        while (row.Read());
        return lines;
    }
}
