namespace HaConnect.Operations.Integrity;

/// <summary>Reads what tables a side has.</summary>
internal static class CatalogReader
{
    internal static async Task<IReadOnlyList<CatalogTable>> ReadAsync(ServerSession session, ServerFacts facts, CancellationToken cancellationToken)
    {
        var tables = await session.QueryAsync(
            new Statement(CatalogSql.Tables),
            static row => new CatalogTable
            {
                Oid = row.GetInt64(0),
                Schema = row.GetString(1),
                Name = row.GetString(2),
                Kind = row.GetString(3)[0],
                Persistence = row.GetString(4)[0],
                IsPartition = row.GetBoolean(5),
                HasForeignPartition = row.GetBoolean(6),
                IsHeap = row.GetBoolean(7),
                EstimatedRows = row.GetInt64(8),
                Blocks = row.GetInt64(9),
                Root = row.GetFieldValue<string[]>(10),
                Ancestors = row.GetFieldValue<string[]>(11),
                MadeBy = row.GetInt64(12),
                Extension = Text(row, 13),
                IsDumped = row.GetBoolean(14),
                DumpCondition = row.GetString(15),
            },
            cancellationToken).ConfigureAwait(false);
        var collation = facts.VersionNumber >= CatalogSql.FirstWithDatabaseCollationVersion ? CatalogSql.DefaultCollation : CatalogSql.DefaultCollationBefore15;
        var columns = await session.QueryAsync(
            new Statement(CatalogSql.Columns.Replace("{0}", collation, StringComparison.Ordinal)),
            static row => (Table: row.GetInt64(0), Column: new CatalogColumn(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)[0], row.GetBoolean(5), row.GetBoolean(6), Text(row, 7), Text(row, 8), Text(row, 9), row.GetBoolean(10)) { MadeBy = row.GetInt64(11), Reader = Text(row, 12) }),
            cancellationToken).ConfigureAwait(false);
        var keys = await session.QueryAsync(
            new Statement(CatalogSql.Keys), static row => (Table: row.GetInt64(0), Key: new CatalogKey(row.GetString(1), row.GetFieldValue<string[]>(2))), cancellationToken).ConfigureAwait(false);
        var (columnsOf, keysOf) = (columns.ToLookup(c => c.Table, c => c.Column), keys.ToLookup(k => k.Table, k => k.Key));
        return [.. tables.Select(t => t with { Columns = [.. columnsOf[t.Oid]], Keys = [.. keysOf[t.Oid]] })];
    }

    private static string? Text(Npgsql.NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
