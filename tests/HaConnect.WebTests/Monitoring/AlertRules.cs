using System.Text.RegularExpressions;

namespace HaConnect.WebTests.Monitoring;

/// <summary>The rules that ship, as text.</summary>
internal static partial class AlertRules
{
    internal static string File { get; } = Repository.At("monitoring", "prometheus", "haconnect.rules.yml");

    internal static IReadOnlyList<string> Cases { get; } = Directory.GetFiles(Repository.At("monitoring", "prometheus", "tests"), "*.yml");

    /// <summary>The names of all alerts.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. Name().Matches(System.IO.File.ReadAllText(File)).Select(m => m.Groups["name"].Value)];

    /// <summary>
    /// Thresholds that a fault of some minutes would not reach, and what stands in their place: a slot that keeps a GiB of WAL would have it written by three servers, and nothing is not checked
    /// for days, or not archived for a quarter of an hour, while a test runs.
    /// </summary>
    internal static IReadOnlyList<(string Shipped, string Tested)> Thresholds { get; } =
    [
        ("haconnect_server_slot_retained_bytes) > 1073741824", "haconnect_server_slot_retained_bytes) > 33554432"),
        ("haconnect_backup_check_time_seconds) > 2 * 86400", "haconnect_backup_check_time_seconds) > 10"),
        ("haconnect_backup_recovery_point_seconds) > 900", "haconnect_backup_recovery_point_seconds) > 20"),
        ("""haconnect_role="primary"}) > 8 * 86400""", """haconnect_role="primary"}) > 20"""), // of a verification
    ];

    /// <summary>The same rules with short times: an alert waits for a second, and a rate, or what was before, is that of ten. Expressions and thresholds are as they ship but for <see cref="Thresholds"/>.</summary>
    internal static string Shortened()
    {
        var text = Offset().Replace(Range().Replace(For().Replace(System.IO.File.ReadAllText(File), "for: 1s"), "[10s]"), "offset 10s");
        foreach (var (shipped, tested) in Thresholds)
        {
            Assert.Contains(shipped, text, StringComparison.Ordinal);
            text = text.Replace(shipped, tested, StringComparison.Ordinal);
        }

        return text;
    }

    [GeneratedRegex(@"^ +- alert: (?<name>\w+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"for: \d+[smhd]$", RegexOptions.Multiline, 1000)]
    private static partial Regex For();

    [GeneratedRegex(@"\[\d+[smhd]\]", RegexOptions.None, 1000)]
    private static partial Regex Range();

    [GeneratedRegex(@"offset \d+[smhd]", RegexOptions.None, 1000)]
    private static partial Regex Offset();
}
