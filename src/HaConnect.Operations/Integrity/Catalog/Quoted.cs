namespace HaConnect.Operations.Integrity;

/// <summary>Identifiers and texts within a statement.</summary>
internal static class Quoted
{
    internal static string Of(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    internal static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
