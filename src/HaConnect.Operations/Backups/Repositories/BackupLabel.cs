using System.Globalization;

namespace HaConnect.Operations.Backups;

/// <summary>A <c>backup_label</c>, or the history file of a backup in the archive (<c>….backup</c>). Source: PostgreSQL's xlogbackup.c.</summary>
internal sealed class BackupLabel(string text)
{
    private readonly Dictionary<string, string> _lines = text.Split('\n').Select(l => l.Split(": ", 2)).Where(p => p.Length == 2)
        .DistinctBy(p => p[0], StringComparer.Ordinal).ToDictionary(p => p[0], p => p[1].Trim(), StringComparer.Ordinal);

    internal ulong? StartLsn => LsnOf("START WAL LOCATION");

    internal ulong? StopLsn => LsnOf("STOP WAL LOCATION");

    internal int Timeline => int.TryParse(_lines.GetValueOrDefault("START TIMELINE"), NumberStyles.None, CultureInfo.InvariantCulture, out var timeline) ? timeline : 1;

    /// <summary>Only where the server writes its log in UTC: abbreviations of other zones are not unambiguous.</summary>
    internal DateTimeOffset? StopTime => _lines.GetValueOrDefault("STOP TIME") is { } time && time.LastIndexOf(' ') is > 0 and var space && time[(space + 1)..] is "UTC" or "GMT"
        && DateTimeOffset.TryParseExact(time[..space], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    /// <summary>Where the backup begins that this one is incremental to; null for a full one.</summary>
    internal ulong? IncrementalFrom => LsnOf("INCREMENTAL FROM LSN");

    private ulong? LsnOf(string key) => _lines.GetValueOrDefault(key)?.Split(' ')[0] is { } text && text.Contains('/', StringComparison.Ordinal) ? BaseBackup.LsnOf(text) : null;
}
