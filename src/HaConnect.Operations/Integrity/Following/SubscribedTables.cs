namespace HaConnect.Operations.Integrity;

/// <summary>What the right side subscribes to, of the left one.</summary>
/// <param name="Slots">The replication slots at the left.</param>
/// <param name="Tables">Each table by its full name, and the state of its first copy: r where that is done.</param>
/// <param name="Published">What the publications say of a table, where that is less than all of it.</param>
internal sealed record SubscribedTables(string[] Slots, IReadOnlyDictionary<string, char> Tables, IReadOnlyDictionary<string, PublishedTable> Published)
{
    private const string SubscriptionsSql = """
        SELECT s.subslotname::text, s.subpublications FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
         WHERE d.datname = pg_catalog.current_database() AND s.subslotname IS NOT NULL
        """;

    private const string SlotsSql = """
        SELECT s.slot_name::text FROM pg_catalog.pg_replication_slots s WHERE s.slot_type = 'logical' AND s.database = pg_catalog.current_database() AND s.slot_name = ANY ($1)
        """;

    private const string TablesSql = """
        SELECT n.nspname || '.' || c.relname, r.srsubstate::text
          FROM pg_catalog.pg_subscription_rel r JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid JOIN pg_catalog.pg_class c ON c.oid = r.srrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE s.subslotname = ANY ($1)
        """;

    /// <summary>From PostgreSQL 15 on there are lists of columns and filters of rows.</summary>
    private const string PublishedSql = """
        SELECT t.schemaname || '.' || t.tablename,
               CASE WHEN pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(t) -> 'attnames') = 'array' THEN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(pg_catalog.to_jsonb(t) -> 'attnames')) END,
               pg_catalog.to_jsonb(t) ->> 'rowfilter'
          FROM pg_catalog.pg_publication_tables t WHERE t.pubname = ANY ($1)
        """;

    /// <summary>Null where it subscribes to nothing there.</summary>
    internal static async Task<SubscribedTables?> ReadAsync(SessionPair pair, CancellationToken cancellationToken)
    {
        var subscriptions = await pair.Right.QueryAsync(new Statement(SubscriptionsSql), static row => (Slot: row.GetString(0), Publications: row.GetFieldValue<string[]>(1)), cancellationToken).ConfigureAwait(false);
        if (subscriptions.Count == 0)
            return null;
        string[] slots = [.. await pair.Left.QueryAsync(new Statement(SlotsSql, [subscriptions.Select(s => s.Slot).ToArray()]), static row => row.GetString(0), cancellationToken).ConfigureAwait(false)];
        if (slots.Length == 0)
            return null;
        string[] publications = [.. subscriptions.Where(s => slots.Contains(s.Slot)).SelectMany(s => s.Publications).Distinct(StringComparer.Ordinal)];
        var tables = await pair.Right.QueryAsync(new Statement(TablesSql, [slots]), static row => (Name: row.GetString(0), State: row.GetString(1)[0]), cancellationToken).ConfigureAwait(false);
        var published = await pair.Left.QueryAsync(
            new Statement(PublishedSql, [publications]),
            static row => (Name: row.GetString(0), Table: new PublishedTable(row.IsDBNull(1) ? null : row.GetFieldValue<string[]>(1), row.IsDBNull(2) ? null : row.GetString(2))), cancellationToken).ConfigureAwait(false);
        return new SubscribedTables(
            slots,
            tables.GroupBy(t => t.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().State, StringComparer.Ordinal),
            published.GroupBy(t => t.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Merge([.. g.Select(t => t.Table)]), StringComparer.Ordinal));
    }

    /// <summary>What several publications say of a table, put together as replication does: a row that one of them lets through is published.</summary>
    private static PublishedTable Merge(List<PublishedTable> all) => new(
        all.Exists(t => t.Columns is null) ? null : [.. all.SelectMany(t => t.Columns!).Distinct(StringComparer.Ordinal)],
        all.Exists(t => t.Filter is null) ? null : string.Join(" OR ", all.Select(t => $"({t.Filter})")));
}
