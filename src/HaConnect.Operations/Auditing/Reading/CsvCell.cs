namespace HaConnect.Operations.Auditing;

/// <summary>A cell of a CSV file. Source: RFC 4180; OWASP, "CSV Injection".</summary>
internal static class CsvCell
{
    internal static string Of(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        var guarded = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + value : value;
        return guarded.AsSpan().IndexOfAny(",\"\r\n") < 0 ? guarded : $"\"{guarded.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
