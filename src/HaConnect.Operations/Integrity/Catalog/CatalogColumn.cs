namespace HaConnect.Operations.Integrity;

/// <summary>A column, as a side has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TypeName">Its type's name, without a schema.</param>
/// <param name="TypeText">Its type as SQL writes it, with its schema where that is not <c>pg_catalog</c>, without its modifier.</param>
/// <param name="TypeKind"><c>pg_type.typtype</c>.</param>
/// <param name="IsBuiltIn">Whether the type is PostgreSQL's own, with the same number everywhere.</param>
/// <param name="IsArray">Whether it is an array.</param>
/// <param name="Send">The function that gives its binary form, quoted; null where there is none.</param>
/// <param name="BuiltInBase">Of a domain the type below it, where that is built in.</param>
/// <param name="Collation">By what its text is sorted, as precisely as the server tells; empty where it is not text; null where the server cannot tell.</param>
/// <param name="IsGenerated">Whether the server computes it.</param>
internal sealed record CatalogColumn(
    string Name, string TypeName, string TypeText, char TypeKind, bool IsBuiltIn, bool IsArray, string? Send, string? BuiltInBase, string? Collation, bool IsGenerated)
{
    /// <summary>The lower half of the transaction that made it, or changed its definition last.</summary>
    public long MadeBy { get; init; }

    /// <summary>The function that writes a value as people read it, quoted; null where its text is that.</summary>
    public string? Reader { get; init; }
}
