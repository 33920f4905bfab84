using System.Text.RegularExpressions;

namespace HaConnect.Operations.Backups;

/// <summary>The names in the line <c>tablespaces=[('name', 16384, '/path')]</c> of Barman's backup.info.</summary>
internal static partial class BarmanTablespaces
{
    internal static IEnumerable<string> NamesIn(string line) => Entry().Matches(line).Select(m => m.Groups["name"].Value);

    [GeneratedRegex(@"\('(?<name>[^']*)', *\d+,", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Entry();
}
