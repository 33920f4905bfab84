using System.Globalization;
using System.Text.RegularExpressions;

namespace HaConnect.Operations.Backups;

/// <summary>What a server's log tells of its recovery, in English. Source: PostgreSQL's xlogrecovery.c.</summary>
internal sealed partial class RecoveryLog(string text)
{
    /// <summary>Damages in WAL come with the position, or with the segment.</summary>
    private static readonly string[] s_damages = ["incorrect resource manager data checksum", "invalid record length", "invalid magic number", "unexpected pageaddr", "incorrect prev-link", "invalid info bits", "out-of-sequence timeline", "has wrong size", "WAL file is from different database system", "invalid resource manager ID", "contrecord is requested by", "there is no contrecord flag", "invalid contrecord length"];

    /// <summary>Where recovery stopped, as the server says it; null where it did not stop at a target.</summary>
    internal string? Stop => Line().Matches(text).Select(m => m.Groups["what"].Value).FirstOrDefault(w => w.StartsWith("recovery stopping", StringComparison.Ordinal));

    /// <summary>The commit before which it stopped.</summary>
    internal DateTimeOffset? StoppedBefore => Stop is { } stop && StopBefore().Match(stop) is { Success: true } m
        && DateTimeOffset.TryParse(m.Groups["time"].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    internal bool EndedBeforeTarget => text.Contains("recovery ended before configured recovery target was reached", StringComparison.Ordinal);

    internal bool TargetIsBeforeTheBackupsEnd => text.Contains("requested recovery stop point is before consistent recovery point", StringComparison.Ordinal);

    internal bool LacksSettings => text.Contains("because of insufficient parameter settings", StringComparison.Ordinal);

    /// <summary>What it found wrong in the WAL; the last is where it ended.</summary>
    internal IReadOnlyList<string> Damages => [.. Line().Matches(text).Select(m => m.Groups["what"].Value.Trim()).Where(w => s_damages.Any(d => w.Contains(d, StringComparison.Ordinal))).Distinct(StringComparer.Ordinal)];

    /// <summary>The errors for which it gave up.</summary>
    internal IReadOnlyList<string> Fatal => [.. FatalLine().Matches(text).Select(m => m.Groups["what"].Value.Trim()).Distinct(StringComparer.Ordinal)];

    /// <summary>The position in a sentence of a damage.</summary>
    internal static ulong? PositionIn(string damage) => Position().Match(damage) is { Success: true } m ? BaseBackup.LsnOf(m.Value) : null;

    [GeneratedRegex(@"(LOG|FATAL):  (?<what>[^\n]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"(FATAL|PANIC):  (?<what>[^\n]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FatalLine();

    [GeneratedRegex(@"before (commit|abort) of transaction \d+, time (?<time>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StopBefore();

    [GeneratedRegex(@"[0-9A-F]{1,8}/[0-9A-F]{1,8}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Position();
}
