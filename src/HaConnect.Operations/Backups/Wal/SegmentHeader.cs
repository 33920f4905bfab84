using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using HaConnect.Operations.Rejoining;
using NpgsqlTypes;

namespace HaConnect.Operations.Backups;

/// <summary>The header of a segment's first page. Source: PostgreSQL's xlog_internal.h, XLogLongPageHeaderData.</summary>
/// <param name="IsLong">Whether it says of itself that it begins a segment.</param>
/// <param name="Timeline">On which the page was written: the one before the segment's own where that begins within it.</param>
/// <param name="Address">Its LSN.</param>
/// <param name="SystemIdentifier">Of the cluster.</param>
/// <param name="SegmentSize">Bytes.</param>
/// <param name="PageSize">Bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SegmentHeader(bool IsLong, int Timeline, ulong Address, ulong SystemIdentifier, int SegmentSize, int PageSize)
{
    internal const int Length = 40;
    private const ushort LongHeader = 2;

    internal static SegmentHeader Read(ReadOnlySpan<byte> page) => new(
        (BinaryPrimitives.ReadUInt16LittleEndian(page[2..]) & LongHeader) != 0, BinaryPrimitives.ReadInt32LittleEndian(page[4..]), BinaryPrimitives.ReadUInt64LittleEndian(page[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(page[24..]), BinaryPrimitives.ReadInt32LittleEndian(page[32..]), BinaryPrimitives.ReadInt32LittleEndian(page[36..]));

    internal bool IsSound => IsLong && SegmentSize >= 1 << 20 && SegmentSize <= 1 << 30 && int.IsPow2(SegmentSize) && int.IsPow2(PageSize) && PageSize is >= 1024 and <= 65536;

    /// <summary>Why a segment is not what its name says; null where it is.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="geometry">How the cluster's WAL lies in files.</param>
    /// <param name="systemIdentifier">Of the cluster; null where that is not known.</param>
    internal string? ProblemOf(string name, WalGeometry geometry, ulong? systemIdentifier)
    {
        var address = WalFileName.SegmentOf(name, geometry.SegmentSize) * (ulong)geometry.SegmentSize;
        return this switch
        {
            { IsSound: false } => "does not begin as a segment of WAL does",
            _ when systemIdentifier is { } own && own != SystemIdentifier => string.Create(CultureInfo.InvariantCulture, $"is of another cluster: its system identifier is {SystemIdentifier}, not {own}"),
            _ when SegmentSize != geometry.SegmentSize => string.Create(CultureInfo.InvariantCulture, $"is of segments of {SegmentSize} bytes, not {geometry.SegmentSize}"),
            _ when Address != address => $"has the WAL of {new NpgsqlLogSequenceNumber(Address)}, not of {new NpgsqlLogSequenceNumber(address)}",
            _ when Timeline > WalFileName.TimelineOf(name) => string.Create(CultureInfo.InvariantCulture, $"has WAL of timeline {Timeline}, which is not its own"),
            _ => null,
        };
    }
}
