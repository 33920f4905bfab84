namespace HaConnect.Operations.Subscribers;

/// <summary>Only catalogs that everybody may read.</summary>
internal static class SubscriberSql
{
    internal const string Publications = "SELECT p.pubname FROM pg_catalog.pg_publication p";

    internal const string Subscriptions = """
        SELECT s.subname, s.subpublications
          FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
         WHERE d.datname = pg_catalog.current_database()
         ORDER BY s.subname
        """;

    /// <summary>A row for each column. Before PostgreSQL 15 there are no lists of columns; a generated column is not published.</summary>
    internal const string Published = """
        SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), false, false,
               (p.pubupdate OR p.pubdelete) AND (c.relreplident = 'n'
                 OR (c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))),
               ARRAY[]::pg_catalog.text[]
          FROM pg_catalog.pg_publication_tables t
          JOIN pg_catalog.pg_publication p ON p.pubname = t.pubname
          JOIN pg_catalog.pg_namespace n ON n.nspname = t.schemaname
          JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
         WHERE t.pubname = ANY ($1)
           AND (pg_catalog.to_jsonb(t) -> 'attnames' IS NULL OR pg_catalog.to_jsonb(t) -> 'attnames' = 'null' OR pg_catalog.to_jsonb(t) -> 'attnames' ? a.attname::pg_catalog.text)
         ORDER BY 1, 2, a.attnum
        """;

    internal const string Tables = """
        SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
               a.attnotnull AND NOT a.atthasdef AND a.attidentity = '', a.attgenerated <> '', false,
               ARRAY(SELECT s.subname::pg_catalog.text FROM pg_catalog.pg_subscription_rel r JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid WHERE r.srrelid = c.oid)
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         ORDER BY 1, 2, a.attnum
        """;
}
