using System.Globalization;
using System.Text.RegularExpressions;

namespace HaConnect.Failover.Promotion;

/// <summary>
/// <c>synchronous_standby_names</c>: how many of which standbys must flush. <c>FIRST k</c> counts as <c>ANY k</c> in every quorum.
/// Source: PostgreSQL manual, "Replication", synchronous_standby_names.
/// </summary>
internal sealed partial record SynchronousNames(int Required, IReadOnlyList<string> Names)
{
    internal static string Format(int required, IEnumerable<string> names) =>
        string.Create(CultureInfo.InvariantCulture, $"ANY {required} ({string.Join(",", names.Select(n => $"\"{n}\""))})");

    /// <summary>Behind this name nobody stands, so that a primary that has it acks nothing.</summary>
    internal static string Pending(long term) => string.Create(CultureInfo.InvariantCulture, $"ANY 1 (\"haconnect_pending_{term}\")");

    /// <summary>Nobody stands behind this one either: an old primary keeps it until it has rejoined.</summary>
    internal static string Fenced(long term) => string.Create(CultureInfo.InvariantCulture, $"ANY 1 (\"haconnect_fenced_{term}\")");

    /// <summary>An old primary has it while its clients' sessions are being ended.</summary>
    internal static string Fencing(long term) => string.Create(CultureInfo.InvariantCulture, $"ANY 1 (\"haconnect_fencing_{term}\")");

    /// <summary>It acks nothing, and does not become the primary again by itself.</summary>
    internal static bool IsClosed(string text) => IsFenced(text) || text.Contains("\"haconnect_fencing_", StringComparison.Ordinal);

    internal static bool IsFenced(string text) => text.Contains("\"haconnect_fenced_", StringComparison.Ordinal);

    internal static bool IsPending(string text) => text.Contains("\"haconnect_pending_", StringComparison.Ordinal);

    /// <summary>Null where the text names nobody.</summary>
    /// <exception cref="FormatException">It is not of a form that PostgreSQL accepts.</exception>
    internal static SynchronousNames? Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var match = Form().Match(text);
        if (!match.Success)
            return new SynchronousNames(1, List(text)); // a bare list is FIRST 1
        return new SynchronousNames(int.Parse(match.Groups["k"].Value, CultureInfo.InvariantCulture), List(match.Groups["names"].Value));
    }

    private static IReadOnlyList<string> List(string text) =>
        [.. Name().Matches(text).Select(m => m.Groups["quoted"].Success ? m.Groups["quoted"].Value.Replace("\"\"", "\"", StringComparison.Ordinal) : m.Groups["bare"].Value)];

    [GeneratedRegex(@"^\s*(?:(?:ANY|FIRST)\s+)?(?<k>\d+)\s*\((?<names>.*)\)\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();

    [GeneratedRegex("\"(?<quoted>(?:[^\"]|\"\")*)\"|(?<bare>[^\\s,\"]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
