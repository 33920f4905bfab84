using System.Globalization;
using System.Text;

namespace HaConnect.Doctor;

/// <summary>
/// Names and values in statements that people paste. Besides what PostgreSQL demands, a line ends nowhere but where the statement ends: control
/// characters are written as escapes, so that no name can begin a line of its own. standard_conforming_strings is on in every supported version.
/// </summary>
internal static class SqlText
{
    internal static string Literal(string value) =>
        value.Any(char.IsControl) ? $"E'{Escaped(value, '\'', static c => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))}'" : $"'{Doubled(value, '\'')}'";

    /// <summary>Always in quotes: that is never wrong.</summary>
    internal static string Identifier(string name) =>
        name.Any(char.IsControl) ? $"U&\"{Escaped(name, '"', static c => string.Create(CultureInfo.InvariantCulture, $"\\{(int)c:x4}"))}\"" : $"\"{Doubled(name, '"')}\"";

    /// <summary>For what stands behind <c>--</c>.</summary>
    internal static string OneLine(string text) => string.Concat(text.Select(static c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    private static string Doubled(string value, char quote) => value.Replace(quote.ToString(), new string(quote, 2), StringComparison.Ordinal);

    private static string Escaped(string value, char quote, Func<char, string> escape)
    {
        var text = new StringBuilder();
        foreach (var c in value)
            text.Append(char.IsControl(c) ? escape(c) : c == quote || c == '\\' ? new string(c, 2) : c.ToString());
        return text.ToString();
    }
}
