namespace HaConnect.Model;

/// <summary>What a server does with an order, as the statements of the lock session have it.</summary>
internal static class Statements
{
    /// <summary>Whether it can run now: in its session, and, where it waits for something, once that holds.</summary>
    internal static bool CanRun(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        ref var s = ref w.Servers[v];
        if (o[v] == Order.None || !s.IsAlive || (s.Holder != c + 1 && w.Keeps(Rule.LockSession)))
            return false;
        return o[v] switch
        {
            Order.Promote => !IsPromoting(w, c, v),
            Order.AwaitCutOff => s is { InRecovery: true, Lingering: 0 },
            Order.AwaitFlush => !w.Keeps(Rule.FlushBeforeEstablish) || w.Flushed(v, Row(w, c).Names, o.RowLength) >= Row(w, c).Required,
            _ => true,
        };
    }

    internal static void Run(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        var order = o[v];
        o.Send(v, Order.None);
        var isDone = order switch
        {
            Order.Promise => w.Keeps(Rule.DecisionKept) ? WriteRegister(w, c, v, o.DecisionTerm, o.Decision) : WriteRegister(w, c, v, 0, 0),
            Order.Decide or Order.Accept => WriteRegister(w, c, v, o.Term, o.Candidate),
            Order.CutOff => CutOff(w, c, v),
            Order.AwaitCutOff or Order.AwaitFlush => true,
            Order.ReadPosition => ReadPosition(w, c, v),
            Order.SetNames => HasPromise(w, o.Term, v) && SetNames(w, v, isSynchronous: true, w.Bounds.Required == 0 ? 0 : o.Names),
            Order.Open => HasPromise(w, o.Term, v) && SetNames(w, v, isSynchronous: false, 0),
            Order.Verify => HasPromise(w, o.Term, v) && ((o.CutOff >> v & 1) == 0 || w.Servers[v] is { InRecovery: true, Lingering: 0, Upstream: 0 }),
            Order.Promote => Promote(w, c, v),
            Order.CommitTerm => CommitTerm(w, c, v),
            Order.Repoint => Repoint(w, o.Term, v, o.Candidate),
            Order.PointBack => Repoint(w, o.Term, v, o.EstablishedPrimary + 1),
            Order.MarkEstablished => Mark(w, c, v),
            _ => throw new InvalidOperationException($"{order} cannot be carried out"),
        };
        w.Refused = !isDone;
        if (o[v] == Order.None)
            Table.Answer(w, c, v, order == Order.AwaitCutOff ? Order.CutOff : order, isDone);
    }

    /// <summary>The row of the office's term: the names of the synchronous standbys, and how many must flush.</summary>
    internal static (int Names, int Required) Row(World w, int c)
    {
        ref var o = ref w.Offices[c];
        var k = w.Bounds.Required;
        return o.Aim switch
        {
            Aim.Failover => (k == 0 ? 0 : o.Names, k),
            Aim.Confirm => (w.NamesOf(o.Established, o.EstablishedPrimary), k),
            _ when w.Servers[o.Candidate - 1] is { IsSynchronous: true } s && k > 0 => (s.Names, k),
            _ => (0, 0),
        };
    }

    private static bool HasPromise(World w, int term, int v) => w.Servers[v].Promised == term || !w.Keeps(Rule.Promise);

    private static bool WriteRegister(World w, int c, int v, int decisionTerm, int decision)
    {
        ref var s = ref w.Servers[v];
        var term = w.Offices[c].Term;
        if (s.Promised > term)
        {
            if (w.Keeps(Rule.Promise))
                return false;
            w.Violate(Invariant.TermMonotonic);
        }

        (s.Promised, s.Owner, s.DecisionTerm, s.Decision) = (term, c + 1, decisionTerm, decision);
        return true;
    }

    private static bool CutOff(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        ref var s = ref w.Servers[v];
        if (!HasPromise(w, o.Term, v))
            return false;
        if (!w.Keeps(Rule.PositionAfterCutOff))
            TakePosition(w, ref o, v);
        var source = w.Source(v);
        (s.Upstream, s.Lingering) = (0, source);
        if ((source != 0 && w.Keeps(Rule.ReceiverStops)) || !s.InRecovery)
            o.Send(v, Order.AwaitCutOff);
        return true;
    }

    private static bool ReadPosition(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        if (w.Keeps(Rule.NoReceiverAtPosition) && w.Servers[v].Lingering != 0)
            return false;
        if (!w.Servers[v].InRecovery || (w.Keeps(Rule.NoPromotionAtPosition) && w.Servers[v].PrimaryOf != 0))
            return false;
        if (w.Keeps(Rule.PositionAfterCutOff))
            TakePosition(w, ref o, v);
        o.HasPosition |= 1 << v;
        return true;
    }

    private static void TakePosition(World w, ref Office o, int v)
    {
        var wal = w.Servers[v].Wal;
        var (term, primary) = wal.Newest(Wal.Row);
        o.SetPosition(v, term, wal.Length);
        if (term > o.Established && primary != o.EstablishedPrimary)
            o.WentOn |= 1 << v;
    }

    private static bool SetNames(World w, int v, bool isSynchronous, int names)
    {
        if (w.Keeps(Rule.Preset))
            (w.Servers[v].IsSynchronous, w.Servers[v].Names) = (isSynchronous, names);
        return true;
    }

    private static bool Promote(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        ref var s = ref w.Servers[v];
        if (!s.InRecovery)
            return s.PrimaryOf == o.Term;
        if (w.Keeps(Rule.GuardedPromotion))
        {
            if (s.Lingering != 0 || s.Upstream != 0)
                return false;
            if (w.Keeps(Rule.Promise) && (s.Promised != o.Term || s.Owner != c + 1 || s.DecisionTerm != o.Term || s.Decision != v + 1))
                return false;
            if (w.Keeps(Rule.Preset) && (!s.IsSynchronous || s.Names != (w.Bounds.Required == 0 ? 0 : o.Names)))
                return false;
        }

        Checks.Promotion(w, c, v);
        s.PrimaryOf = o.Term;
        if (!w.Keeps(Rule.Preset))
            (s.IsSynchronous, s.Names) = (false, 0);
        if (w.Bounds.PromotesAtOnce)
            LeaveRecovery(w, v);
        else
            o.Send(v, Order.Promote);
        return true;
    }

    /// <summary>It was asked for, and the coordinator waits until the node has left recovery.</summary>
    internal static bool IsPromoting(World w, int c, int v) => w.Servers[v].InRecovery && w.Servers[v].PrimaryOf == w.Offices[c].Term;

    internal static void LeaveRecovery(World w, int v)
    {
        ref var s = ref w.Servers[v];
        (s.InRecovery, s.Upstream, s.Lingering) = (false, 0, 0);
    }

    private static bool CommitTerm(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        ref var s = ref w.Servers[v];
        if (!HasPromise(w, o.Term, v) || s.InRecovery || s.Wal.HasRowOf(o.Term))
            return false;
        var names = Row(w, c).Names;
        w.RowNames[(o.Term * w.Bounds.DataNodes) + v] = (names << 1) | 1;
        s.Wal = s.Wal.Append(Wal.RowOf(o.Term, v));
        s.PrimaryOf = Math.Max(o.Term, s.PrimaryOf);
        o.RowLength = s.Wal.Length;
        Checks.Leader(w, o.Term, v);
        return true;
    }

    private static bool Repoint(World w, int term, int v, int upstream)
    {
        ref var s = ref w.Servers[v];
        if (!HasPromise(w, term, v))
        {
            if (w.Keeps(Rule.RepointPromised))
                return false;
            w.Violate(Invariant.NoRepointBelowPromise);
        }

        if (s.InRecovery)
            (s.Upstream, s.Lingering) = (upstream, 0);
        return true;
    }

    private static bool Mark(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        ref var s = ref w.Servers[v];
        if (s.InRecovery || !s.Wal.HasRowOf(o.Term) || s.Wal.Has(Wal.MarkOf(o.Term, v)))
            return false;
        s.Wal = s.Wal.Append(Wal.MarkOf(o.Term, v));
        Checks.Established(w, o.Term, v);
        return true;
    }
}
