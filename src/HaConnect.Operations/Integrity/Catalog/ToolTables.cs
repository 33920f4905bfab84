namespace HaConnect.Operations.Integrity;

/// <summary>
/// What a tool that keeps two servers in step, or an extension, keeps at each of them for itself: its queues, its marks of how far it is, its settings. It is another one at each by its nature. Only what is certain is
/// told: a table that belongs to an extension and that pg_dump leaves out for that, and the schemas that Slony and Bucardo make, by the tables in them. Pure.
/// </summary>
internal sealed class ToolTables
{
    private static readonly string[] s_slony = ["sl_node", "sl_set", "sl_table", "sl_event", "sl_confirm", "sl_log_1", "sl_log_2"];
    private static readonly string[] s_bucardoSource = ["bucardo_delta_names", "bucardo_delta_targets"];
    private static readonly string[] s_bucardoControl = ["bucardo_config", "goat", "herd", "sync"];

    private readonly Dictionary<string, string> _schemas = new(StringComparer.Ordinal);

    internal ToolTables(params IEnumerable<IReadOnlyList<CatalogTable>> sides)
    {
        foreach (var schema in sides.SelectMany(side => side.GroupBy(t => t.Schema, StringComparer.Ordinal)))
        {
            if (ToolOf(schema.Key, [.. schema.Select(t => t.Name)]) is { } tool)
                _schemas[schema.Key] = tool;
        }
    }

    /// <summary>Whose it is; null where it is the application's.</summary>
    internal string? OwnerOf(CatalogTable table) => OwnerOf(table.Schema) ?? (table is { Extension: { } extension, IsDumped: false } ? $"the extension {extension}" : null);

    /// <summary>Whose a schema is, with all that is in it.</summary>
    internal string? OwnerOf(string schema) => _schemas.GetValueOrDefault(schema);

    private static string? ToolOf(string schema, HashSet<string> tables) =>
        schema.StartsWith('_') && tables.IsSupersetOf(s_slony) ? "Slony"
        : schema == "bucardo" && (tables.IsSupersetOf(s_bucardoSource) || tables.IsSupersetOf(s_bucardoControl)) ? "Bucardo"
        : null;
}
