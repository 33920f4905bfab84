namespace HaConnect.Simulation.Servers;

/// <summary>Positions: an index counts entries; as an LSN each entry takes 1 kB, and a segment holds 64 of them.</summary>
internal static class Wal
{
    internal const int EntriesPerSegment = 64;

    private const ulong Base = 0x3000200;
    private const ulong EntrySize = 1024;

    internal static ulong Lsn(int index) => Base + ((ulong)index * EntrySize);

    internal static int Index(ulong lsn) => (int)((lsn - Base) / EntrySize);

    internal static int SegmentStart(int index) => index / EntriesPerSegment * EntriesPerSegment;

    /// <summary>Where the segment begins, which no record does: its page header comes first.</summary>
    internal static ulong SegmentLsn(int index) => (Lsn(index) / (16 * 1024 * 1024)) * (16 * 1024 * 1024);

    /// <summary>A record that has not come whole ends here.</summary>
    internal static ulong LsnAmidNext(int index) => Lsn(index) + (EntrySize / 2);
}
