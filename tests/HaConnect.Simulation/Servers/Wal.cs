namespace HaConnect.Simulation.Servers;

/// <summary>Positions: an index counts entries; as an LSN each entry takes 1 kB, and a segment holds 64 of them.</summary>
internal static class Wal
{
    internal const int EntriesPerSegment = 64;

    /// <summary>In bytes.</summary>
    internal const ulong SegmentSize = EntriesPerSegment * EntrySize;

    private const ulong PageHeader = 0x200;
    private const ulong Base = 0x3000000 + PageHeader;
    private const ulong EntrySize = 1024;

    internal static ulong Lsn(int index) => Base + ((ulong)index * EntrySize);

    internal static int Index(ulong lsn) => (int)((lsn - Base) / EntrySize);

    internal static int SegmentStart(int index) => index / EntriesPerSegment * EntriesPerSegment;

    /// <summary>Where streaming is asked for: no record ends there.</summary>
    internal static ulong SegmentStartLsn(int index) => Lsn(SegmentStart(index)) - PageHeader;

    /// <summary>A record that has not come whole ends here.</summary>
    internal static ulong LsnAmidNext(int index) => Lsn(index) + (EntrySize / 2);
}
