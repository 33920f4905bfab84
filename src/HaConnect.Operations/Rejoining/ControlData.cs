using System.Globalization;
using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>What pg_controldata says of a stopped server. Its labels are the same from PostgreSQL 13 to 18.</summary>
internal sealed class ControlData
{
    private readonly Dictionary<string, string> _lines;

    internal ControlData(string output) =>
        _lines = output.Split('\n').Select(l => l.Split(':', 2)).Where(p => p.Length == 2).DistinctBy(p => p[0].Trim(), StringComparer.Ordinal).ToDictionary(p => p[0].Trim(), p => p[1].Trim(), StringComparer.Ordinal);

    internal string? SystemIdentifier => _lines.GetValueOrDefault("Database system identifier");

    internal bool HasChecksumsOrHints => _lines.GetValueOrDefault("Data page checksum version", "0") != "0" || _lines.GetValueOrDefault("wal_log_hints setting") == "on";

    /// <summary>A line by its label; null where there is none.</summary>
    internal string? Line(string label) => _lines.GetValueOrDefault(label);

    internal bool HasChecksums => _lines.GetValueOrDefault("Data page checksum version", "0") != "0";

    internal WalGeometry Geometry => new((int)Number("Bytes per WAL segment"), (int)Number("WAL block size"));

    /// <summary>Up to which its files need the WAL of a timeline: WAL that ends before is damaged.</summary>
    internal ulong NeedsUpTo(int timeline)
    {
        var checkpoint = Number("Latest checkpoint's TimeLineID") == (ulong)timeline ? Position("Latest checkpoint location") + 1 : 0;
        return Math.Max(checkpoint, Recovered(timeline));
    }

    /// <summary>Where a record of a timeline begins from which its end can be read; null where it has none on record.</summary>
    internal ulong? ReadableFrom(int timeline)
    {
        var redo = Number("Latest checkpoint's TimeLineID") == (ulong)timeline ? Position("Latest checkpoint's REDO location") : 0;
        return Math.Max(redo, Recovered(timeline)) is var from && from > 0 ? from : null;
    }

    private ulong Recovered(int timeline) => Number("Min recovery ending loc's timeline") == (ulong)timeline ? Position("Minimum recovery ending location") : 0;

    private ulong Number(string name) => ulong.TryParse(_lines.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private ulong Position(string name) => _lines.GetValueOrDefault(name) is { } text && text.Contains('/', StringComparison.Ordinal) ? (ulong)NpgsqlLogSequenceNumber.Parse(text) : 0;
}
