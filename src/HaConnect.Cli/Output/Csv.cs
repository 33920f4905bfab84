namespace HaConnect.Cli.Output;

/// <summary>RFC 4180. A field that a spreadsheet would take for a formula begins with an apostrophe.</summary>
internal static class Csv
{
    private const string Formula = "=+-@\t\r";

    internal static void Write(TextWriter output, IEnumerable<string?> fields)
    {
        output.Write(string.Join(',', fields.Select(Field)));
        output.Write("\r\n");
    }

    internal static string Field(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        if (Formula.Contains(value[0], StringComparison.Ordinal) && !double.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _))
            value = "'" + value;
        return value.AsSpan().ContainsAny("\",\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
