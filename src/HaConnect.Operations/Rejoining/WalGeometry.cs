using System.Globalization;

namespace HaConnect.Operations.Rejoining;

/// <summary>How the WAL lies in files. Source: PostgreSQL's xlog_internal.h, XLogFileName and XLogSegmentOffset.</summary>
/// <param name="SegmentSize">Bytes of a file.</param>
/// <param name="PageSize">Bytes of a page, each of which begins with a header.</param>
internal sealed record WalGeometry(int SegmentSize, int PageSize)
{
    internal ulong SegmentOf(ulong position) => position / (ulong)SegmentSize;

    internal ulong PageOf(ulong position) => position - (position % (ulong)PageSize);

    internal int OffsetOf(ulong position) => (int)(position % (ulong)SegmentSize);

    internal string FileOf(int timeline, ulong segment)
    {
        var perId = 0x1_0000_0000UL / (ulong)SegmentSize;
        return string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}{segment / perId:X8}{segment % perId:X8}");
    }
}
