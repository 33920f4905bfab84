using System.Data.Common;
using System.Text;
using HaConnect.Connections;

namespace HaConnect.Operations.Auditing;

/// <summary>Reads the copy on the cluster.</summary>
internal static class TableReading
{
    internal const string Name = "haconnect_audit.trail";

    internal static async Task<IReadOnlyList<string>> ChainsAsync(HaRuntime runtime, CancellationToken cancellationToken)
    {
        var primary = await PrimarySession.OpenAsync(runtime, runtime.Options.Connections.WaitTimeout, cancellationToken).ConfigureAwait(false);
        await using var _ = primary.ConfigureAwait(false);
        return await primary.Session.QueryAsync(AuditTableSql.Chains, static row => All(row, static r => r.GetString(0)), PrimarySession.StatementTimeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The lines of a chain in the order of their numbers.</summary>
    internal static async Task<IReadOnlyList<byte[]>> LinesAsync(HaRuntime runtime, string chain, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(chain);
        var primary = await PrimarySession.OpenAsync(runtime, runtime.Options.Connections.WaitTimeout, cancellationToken).ConfigureAwait(false);
        await using var _ = primary.ConfigureAwait(false);
        var (lines, last) = (new List<byte[]>(), 0L);
        while (true)
        {
            var page = await primary.Session.QueryAsync(AuditTableSql.Page, static row => All(row, static r => (Seq: r.GetInt64(0), Line: r.GetString(1))), PrimarySession.StatementTimeout, cancellationToken, chain, last).ConfigureAwait(false);
            if (page.Count == 0)
                return lines;
            lines.AddRange(page.Select(p => Encoding.UTF8.GetBytes(p.Line)));
            last = page[^1].Seq;
        }
    }

    /// <summary>The last record of a chain that the table has; null where it has none. The table is made where it is missing.</summary>
    internal static async Task<(long Seq, string Line)?> LastAsync(ISession session, string chain, CancellationToken cancellationToken)
    {
        if (!await session.QueryAsync(AuditTableSql.Exists, static row => row.GetBoolean(0), PrimarySession.StatementTimeout, cancellationToken).ConfigureAwait(false))
            await session.QueryAsync(AuditTableSql.Create, static _ => true, PrimarySession.StatementTimeout, cancellationToken).ConfigureAwait(false);
        return await session.QueryAsync(AuditTableSql.Last, static row => row.HasRows ? (row.GetInt64(0), row.GetString(1)) : ((long, string)?)null, PrimarySession.StatementTimeout, cancellationToken, chain).ConfigureAwait(false);
    }

    /// <summary>The reader stands at the first row, where there is one.</summary>
    private static List<T> All<T>(DbDataReader row, Func<DbDataReader, T> read)
    {
        var all = new List<T>();
        if (!row.HasRows)
            return all;
        do
            all.Add(read(row));
        while (row.Read());
        return all;
    }
}
