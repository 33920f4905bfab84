using HaConnect.Operations.Drills.Reading;
using Npgsql;

namespace HaConnect.Operations.Drills.Staging;

/// <summary>What instances of a cluster have said of it when they were started within the last 90 days, as the copy of the audit trail on the cluster has it.</summary>
internal static class TrailStatements
{
    private const string MayRead = "SELECT coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass('haconnect_audit.trail'), 'SELECT'), true), pg_catalog.to_regclass('haconnect_audit.trail') IS NOT NULL";

    private const string Started = """
        SELECT t.line FROM haconnect_audit.trail t WHERE t.step = 'Options' AND t.cluster = $1 AND t.at > pg_catalog.now() - interval '90 days' ORDER BY t.at DESC
        """;

    /// <summary>Empty where there is no such copy.</summary>
    /// <exception cref="DrillRefusedException">There is one that may not be read: what it says is not known.</exception>
    internal static async Task<IReadOnlyList<AuditRecord>> ReadAsync(DrillServer primary, string cluster, CancellationToken cancellationToken)
    {
        var (mayRead, isThere) = (true, false);
        await DrillSql.ReadAsync(primary.Control, MayRead, row => (mayRead, isThere) = (row.GetBoolean(0), row.GetBoolean(1)), cancellationToken).ConfigureAwait(false);
        if (!isThere)
            return [];
        if (!mayRead)
            throw new DrillRefusedException($"The audit trail on {primary.Name} (haconnect_audit.trail) may not be read by the control user, so that it is not known whether it speaks of production. Grant SELECT on it (haconnect init-roles --audit-table).");
        List<AuditRecord> records = [];
        var connection = new NpgsqlConnection(primary.Control);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand(Started, connection) { Parameters = { new() { Value = cluster } } };
            await using (command.ConfigureAwait(false))
            {
                var lines = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (lines.ConfigureAwait(false))
                {
                    while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        if (AuditEntry.Of(System.Text.Encoding.UTF8.GetBytes(lines.GetString(0))) is { } entry)
                            records.Add(entry.Record);
                    }
                }
            }
        }

        return records;
    }
}
