namespace HaConnect.Model;

/// <summary>
/// A node's WAL: seven bits an entry, the oldest lowest. The row and the mark of term 1, which every node has from the start, are left
/// out. Entry: kind (2 bits: row, mark, write), then term − 2 (2 bits) and primary (3 bits), or the write's number (5 bits).
/// </summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct Wal(ulong Bits, int Length)
{
    internal const int EntryBits = 7;
    internal const int Row = 1, Mark = 2, Write = 3;

    internal static int RowOf(int term, int primary) => Row | ((term - 2) << 2) | (primary << 4);

    internal static int MarkOf(int term, int primary) => Mark | ((term - 2) << 2) | (primary << 4);

    internal static int WriteOf(int number) => Write | (number << 2);

    internal int this[int i] => (int)(Bits >> (i * EntryBits)) & 0x7F;

    internal Wal Append(int entry) => new(Bits | ((ulong)entry << (Length * EntryBits)), Length + 1);

    internal bool IsPrefixOf(Wal other) => Length <= other.Length && (other.Bits & ((1UL << (Length * EntryBits)) - 1)) == Bits;

    /// <summary>The newest term of the kind (row or mark), with its primary; term 1 of node 0 where there is none.</summary>
    internal (int Term, int Primary) Newest(int kind)
    {
        for (var i = Length - 1; i >= 0; i--)
        {
            var e = this[i];
            if ((e & 3) == kind)
                return (((e >> 2) & 3) + 2, e >> 4);
        }

        return (1, 0);
    }

    internal bool Has(int entry)
    {
        for (var i = 0; i < Length; i++)
        {
            if (this[i] == entry)
                return true;
        }

        return false;
    }

    internal bool HasRowOf(int term)
    {
        for (var i = 0; i < Length; i++)
        {
            if ((this[i] & 0xF) == (Row | ((term - 2) << 2)))
                return true;
        }

        return false;
    }

    /// <summary>The writes in it, a bit each.</summary>
    internal int Writes
    {
        get
        {
            var writes = 0;
            for (var i = 0; i < Length; i++)
            {
                if ((this[i] & 3) == Write)
                    writes |= 1 << (this[i] >> 2);
            }

            return writes;
        }
    }

    /// <summary>The nodes that its rows and marks name are called otherwise.</summary>
    internal Wal Rename(int[] to)
    {
        var renamed = Bits;
        for (var i = 0; i < Length; i++)
        {
            var e = this[i];
            if ((e & 3) != Write)
                renamed = (renamed & ~(0x70UL << (i * EntryBits))) | ((ulong)to[e >> 4] << ((i * EntryBits) + 4));
        }

        return new Wal(renamed, Length);
    }
}
