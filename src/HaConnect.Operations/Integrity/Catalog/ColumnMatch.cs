namespace HaConnect.Operations.Integrity;

/// <summary>In what form two columns are compared: the bytes of the value where both sides have the same type, the text where they have not, or a type has no bytes that mean the same elsewhere. Pure.</summary>
internal static class ColumnMatch
{
    /// <summary>Their bytes are a number of the catalog, which is another one elsewhere.</summary>
    private static readonly string[] s_catalogNumbers = ["regclass", "regproc", "regprocedure", "regtype", "regoper", "regoperator", "regrole", "regnamespace", "regconfig", "regdictionary", "regcollation"];

    internal static ComparedColumn Of(CatalogColumn left, CatalogColumn right)
    {
        var (one, other) = (FormOf(left), FormOf(right));
        var isAlike = left.TypeName == right.TypeName && one.Kind == other.Kind;
        return new ComparedColumn(left.Name, isAlike ? new(one.Expression, other.Expression) : new(AsText(left), AsText(right)))
        {
            Shown = isAlike && left.Reader is not null && right.Reader is not null ? new(AsRead(left), AsRead(right)) : new(AsText(left), AsText(right)),
        };
    }

    /// <summary>Whether the values' own types are the same: a number and its text are not.</summary>
    internal static bool AreOfOneType(CatalogColumn left, CatalogColumn right) => left.TypeName == right.TypeName;

    private static (string Kind, string Expression) FormOf(CatalogColumn column)
    {
        var name = Quoted.Of(column.Name);
        if (column.Send is null || s_catalogNumbers.Contains(column.TypeName.TrimStart('_'), StringComparer.Ordinal))
            return ("text", AsText(column));
        if (column.IsBuiltIn && column.TypeKind is 'b' or 'r' or 'm' && column.IsBuiltIn)
            return ("raw", name);
        if (column is { TypeKind: 'd', BuiltInBase: { } below })
            return ($"base {below}", $"{name}::{below}");

        // The binary form of an array has its elements' number in it, which is another one on another server.
        return column is { TypeKind: 'b' or 'e', IsArray: false } ? ("sent", $"{column.Send}({name})") : ("text", AsText(column));
    }

    private static string AsRead(CatalogColumn column) => $"{column.Reader}({Quoted.Of(column.Name)})";

    private static string AsText(CatalogColumn column) => $"{Quoted.Of(column.Name)}::pg_catalog.text";
}
