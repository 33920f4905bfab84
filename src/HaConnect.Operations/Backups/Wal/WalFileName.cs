using System.Buffers;
using System.Globalization;

namespace HaConnect.Operations.Backups;

/// <summary>
/// The names of files in an archive of WAL. Source: PostgreSQL's xlog_internal.h. Archives append how they keep it: <c>.gz</c>, and pgBackRest a checksum before that.
/// </summary>
internal static class WalFileName
{
    internal const int SegmentLength = 24;
    internal const string History = ".history";
    internal const string Partial = ".partial";
    internal const string Backup = ".backup";
    private const int TimelineLength = 8;
    private const int ChecksumLength = 40;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789ABCDEF");
    private static readonly string[] s_compressions = [".gz", ".lz4", ".zst", ".bz2", ".xz", ".lzo", ".snappy"];

    /// <summary>What PostgreSQL called it, and what was appended; null where it is no file of WAL.</summary>
    internal static (string Name, string Suffix)? Split(string file)
    {
        var name = s_compressions.FirstOrDefault(c => file.EndsWith(c, StringComparison.OrdinalIgnoreCase)) is { } compression ? file[..^compression.Length] : file;
        if (name.Length > SegmentLength + ChecksumLength && name[^(ChecksumLength + 1)] == '-')
            name = name[..^(ChecksumLength + 1)];
        return IsKnown(name) ? (name, file[name.Length..]) : null;
    }

    internal static int TimelineOf(string name) => int.Parse(name.AsSpan(0, TimelineLength), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    internal static ulong SegmentOf(string name, int segmentSize)
    {
        var high = ulong.Parse(name.AsSpan(TimelineLength, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var low = ulong.Parse(name.AsSpan(TimelineLength + 8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (high * (0x1_0000_0000UL / (ulong)segmentSize)) + low;
    }

    private static bool IsKnown(string name) => name switch
    {
        { Length: SegmentLength } => IsHex(name),
        { Length: TimelineLength + 8 } => IsHex(name.AsSpan(0, TimelineLength)) && name.EndsWith(History, StringComparison.Ordinal),
        { Length: SegmentLength + 8 } => IsHex(name.AsSpan(0, SegmentLength)) && name.EndsWith(Partial, StringComparison.Ordinal),
        { Length: SegmentLength + 16 } => IsHex(name.AsSpan(0, SegmentLength)) && name[SegmentLength] == '.' && name.EndsWith(Backup, StringComparison.Ordinal),
        _ => false,
    };

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_digits);
}
