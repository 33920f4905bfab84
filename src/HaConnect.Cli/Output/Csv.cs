using System.Globalization;
using HaConnect.Operations.Auditing;

namespace HaConnect.Cli.Output;

/// <summary>A line of CSV, by RFC 4180.</summary>
internal static class Csv
{
    internal static void Write(TextWriter output, IEnumerable<string?> fields)
    {
        output.Write(string.Join(',', fields.Select(Field)));
        output.Write("\r\n");
    }

    /// <summary>A number is no formula, and stays one.</summary>
    internal static string Field(string? value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? value! : CsvCell.Of(value);
}
