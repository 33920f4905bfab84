using System.Globalization;
using NpgsqlTypes;

namespace HaConnect.Operations.Rejoining;

/// <summary>The file of the WAL that holds a position, and where in it. Source: PostgreSQL's xlog_internal.h, XLogFileName.</summary>
internal readonly record struct WalSegment(string FileName, int Offset)
{
    /// <summary>A whole number of pages, each of which holds commits with times and checksums as good as always.</summary>
    private const int Compared = 64 * 1024;

    internal static WalSegment Before(NpgsqlLogSequenceNumber position, int timeline, int segmentSize)
    {
        // The byte before it: a position at the beginning of a segment belongs to the one that ends there.
        var last = (ulong)position - 1;
        var (number, perId) = (last / (ulong)segmentSize, 0x1_0000_0000UL / (ulong)segmentSize);
        return new(string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}{number / perId:X8}{number % perId:X8}"), (int)(last % (ulong)segmentSize) + 1);
    }

    /// <summary>The bytes just before the position, as far as they lie in this file.</summary>
    internal (int From, int Length) Window => (Math.Max(0, Offset - Compared), Math.Min(Offset, Compared));
}
