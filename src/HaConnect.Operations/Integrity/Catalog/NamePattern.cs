using System.IO.Enumeration;

namespace HaConnect.Operations.Integrity;

/// <summary>Which tables are asked for. Pure.</summary>
internal sealed class NamePattern(VerificationOptions options)
{
    /// <summary>Whether it is asked for by its own name, without a star: then that it cannot be compared is more than a note.</summary>
    internal bool IsNamed(CatalogTable table) => options.Tables.Contains(table.Name) || options.Tables.Contains(table.FullName);

    /// <summary>A partition goes with its table, too.</summary>
    internal bool Includes(CatalogTable table) =>
        (Includes(table.Schema, table.Name) || (table.Root is [var schema, var name] && Includes(schema, name)))
        && !Excludes(table.Schema, table.Name) && !(table.Root is [var ofRoot, var root] && Excludes(ofRoot, root));

    internal bool Includes(string schema, string table) =>
        (options.Tables.Count == 0 || options.Tables.Any(p => Matches(p, schema, table))) && (options.Schemas.Count == 0 || options.Schemas.Any(p => Fits(p, schema))) && !Excludes(schema, table);

    /// <summary>Whether everything is asked for, so that what belongs to no schema is, too.</summary>
    internal bool IsAll => options.Tables.Count == 0 && options.Schemas.Count == 0;

    private bool Excludes(string schema, string table) => options.ExcludedSchemas.Any(p => Fits(p, schema)) || options.ExcludedTables.Any(p => Matches(p, schema, table));

    /// <summary>A schema may have a dot in its name, and so may a table: each place of a dot is tried.</summary>
    private static bool Matches(string pattern, string schema, string table)
    {
        if (Fits(pattern, table))
            return true;
        for (var dot = pattern.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = pattern.IndexOf('.', dot + 1))
        {
            if (Fits(pattern[..dot], schema) && Fits(pattern[(dot + 1)..], table))
                return true;
        }

        return false;
    }

    internal static bool Fits(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
