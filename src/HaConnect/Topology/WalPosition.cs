namespace HaConnect.Topology;

/// <summary>Arithmetic on WAL positions (LSNs).</summary>
internal static class WalPosition
{
    private const ulong ShortPageHeader = 24;
    private const ulong LongPageHeader = 40;

    /// <summary>
    /// The page start where <paramref name="lsn"/> stands just behind a page header, else <paramref name="lsn"/> itself. After a
    /// WAL switch an idle primary says 0/4000028 and its standby stays at 0/4000000: nothing lies between the two but the header.
    /// </summary>
    internal static ulong BeforePageHeader(ulong lsn, uint blockSize, ulong segmentSize)
    {
        var inSegment = lsn % segmentSize;
        if (inSegment == LongPageHeader)
            return lsn - LongPageHeader;
        return inSegment > blockSize && lsn % blockSize == ShortPageHeader ? lsn - ShortPageHeader : lsn;
    }

    internal static ulong Max(ulong? a, ulong? b) => Math.Max(a ?? 0, b ?? 0);
}
