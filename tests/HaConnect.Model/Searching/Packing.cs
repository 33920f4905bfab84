namespace HaConnect.Model;

/// <summary>A state as a few words of bits: what a search keeps of it. One description serves both ways.</summary>
internal static class Packing
{
    internal static int WordsOf(Bounds bounds)
    {
        var words = new ulong[32];
        return (Write(World.Start(bounds), words) + 63) / 64;
    }

    internal static int Write(World w, Span<ulong> words)
    {
        words.Clear();
        var port = new Writer(words);
        Visit(w, ref port);
        return port.Position;
    }

    internal static void Read(World w, ReadOnlySpan<ulong> words)
    {
        var port = new Reader(words);
        Visit(w, ref port);
    }

    private static void Visit<TPort>(World w, ref TPort port)
        where TPort : struct, IPort, allows ref struct
    {
        var b = w.Bounds;
        for (var v = 0; v < b.Voters; v++)
        {
            ref var s = ref w.Servers[v];
            s.Promised = port.Number(s.Promised, 3);
            s.Owner = port.Number(s.Owner, 2);
            s.DecisionTerm = port.Number(s.DecisionTerm, 3);
            s.Decision = port.Number(s.Decision, 3);
            s.Holder = port.Number(s.Holder, 2);
            s.IsAlive = port.Number(s.IsAlive ? 1 : 0, 1) != 0;
            if (v >= b.DataNodes)
                continue;
            s.InRecovery = port.Number(s.InRecovery ? 1 : 0, 1) != 0;
            s.Upstream = port.Number(s.Upstream, 3);
            s.Lingering = port.Number(s.Lingering, 3);
            s.IsSynchronous = port.Number(s.IsSynchronous ? 1 : 0, 1) != 0;
            s.Names = port.Number(s.Names, b.DataNodes);
            s.PrimaryOf = port.Number(s.PrimaryOf, 3);
            var length = port.Number(s.Wal.Length, 4);
            s.Wal = new Wal(port.Bits(s.Wal.Bits, b.LogLength * Wal.EntryBits), length);
        }

        for (var c = 0; c < b.Coordinators; c++)
            Visit(ref w.Offices[c], b, ref port);
        for (var i = 2 * b.DataNodes; i < w.RowNames.Length; i++)
            w.RowNames[i] = port.Number(w.RowNames[i], b.DataNodes + 1);
        for (var t = 2; t < w.LeaderOf.Length; t++)
            w.LeaderOf[t] = port.Number(w.LeaderOf[t], 3);
        w.Acked = port.Number(w.Acked, b.Writes);
        w.Written = port.Number(w.Written, 3);
        w.AckedIn = port.Number(w.AckedIn, 3);
        w.Crashes = port.Number(w.Crashes, 2);
        w.Breaks = port.Number(w.Breaks, 2);
        w.Deaths = port.Number(w.Deaths, 2);
        w.Rebuilds = port.Number(w.Rebuilds, 2);
    }

    private static void Visit<TPort>(ref Office o, Bounds b, ref TPort port)
        where TPort : struct, IPort, allows ref struct
    {
        o.Stage = (Stage)port.Number((int)o.Stage, 4);
        o.Aim = (Aim)port.Number((int)o.Aim, 2);
        o.Term = port.Number(o.Term, 3);
        o.Candidate = port.Number(o.Candidate, 3);
        o.Established = port.Number(o.Established, 3);
        o.EstablishedPrimary = port.Number(o.EstablishedPrimary, 3);
        o.Lost = port.Number(o.Lost, 3);
        o.Held = port.Number(o.Held, b.Voters);
        o.Pending = port.Number(o.Pending, b.Voters);
        o.Done = port.Number(o.Done, b.Voters);
        o.Promised = port.Number(o.Promised, b.Voters);
        o.Standbys = port.Number(o.Standbys, b.Voters);
        o.CutOff = port.Number(o.CutOff, b.Voters);
        o.HasPosition = port.Number(o.HasPosition, b.Voters);
        o.Names = port.Number(o.Names, b.DataNodes);
        o.DecisionTerm = port.Number(o.DecisionTerm, 3);
        o.Decision = port.Number(o.Decision, 3);
        o.Told = port.Bits(o.Told, b.Voters * 6);
        o.WentOn = port.Number(o.WentOn, b.DataNodes);
        o.Problem = port.Number(o.Problem ? 1 : 0, 1) != 0;
        o.RowLength = port.Number(o.RowLength, 4);
        o.Orders = port.Bits(o.Orders, b.Voters * 4);
        o.Positions = port.Bits(o.Positions, b.DataNodes * 8);
    }

    private interface IPort
    {
        ulong Bits(ulong value, int bits);

        int Number(int value, int bits);
    }

    private ref struct Writer(Span<ulong> words) : IPort
    {
        private readonly Span<ulong> _words = words;

        internal int Position { get; private set; }

        public ulong Bits(ulong value, int bits)
        {
            var (word, at) = (Position >> 6, Position & 63);
            _words[word] |= value << at;
            if (at + bits > 64)
                _words[word + 1] |= value >> (64 - at);
            Position += bits;
            return value;
        }

        public int Number(int value, int bits)
        {
            if ((uint)value >> bits != 0)
                throw new InvalidOperationException($"{value} does not fit into {bits} bits");
            Bits((uint)value, bits);
            return value;
        }
    }

    private ref struct Reader(ReadOnlySpan<ulong> words) : IPort
    {
        private readonly ReadOnlySpan<ulong> _words = words;
        private int _position;

        public ulong Bits(ulong value, int bits)
        {
            var (word, at) = (_position >> 6, _position & 63);
            var read = _words[word] >> at;
            if (at + bits > 64)
                read |= _words[word + 1] << (64 - at);
            _position += bits;
            return bits == 64 ? read : read & ((1UL << bits) - 1);
        }

        public int Number(int value, int bits) => (int)Bits(0, bits);
    }
}
