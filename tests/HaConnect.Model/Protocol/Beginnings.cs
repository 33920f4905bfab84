namespace HaConnect.Model;

/// <summary>How a term is begun: from locks and records to the first promise that is asked for.</summary>
internal static class Beginnings
{
    /// <summary>
    /// The verdict is that the primary of the newest term it knows is lost; that one is not asked, but may have been read in peace. Who is
    /// just elected surveys first, and knows the newest term that it could read; a coordinator in peace begins with what it knew.
    /// </summary>
    internal static bool FailOver(World w, int c, int read)
    {
        ref var o = ref w.Offices[c];
        if (o.Stage == Stage.Watching)
            Learn(w, ref o, read);
        o.Lost = o.EstablishedPrimary + 1;
        if ((read >> o.EstablishedPrimary & 1) != 0 && (o.Held >> o.EstablishedPrimary & 1) == 0)
            return false;
        o.Aim = Aim.Failover;
        o.Candidate = 0;
        return Begin(w, c, read);
    }

    /// <summary>A survey in peace, after which it knows of a newer established term.</summary>
    internal static bool Peace(World w, int c, int read)
    {
        ref var o = ref w.Offices[c];
        var known = o.Established;
        TakeLocks(w, c, read);
        Learn(w, ref o, read);
        return o.Established > known;
    }

    /// <summary>The primary is well, but a voter is bound by a later term, or follows nobody.</summary>
    internal static bool Survey(World w, int c, int read)
    {
        ref var o = ref w.Offices[c];
        TakeLocks(w, c, read);
        Learn(w, ref o, read);
        var primary = o.EstablishedPrimary;
        ref var p = ref w.Servers[primary];
        if ((read >> primary & 1) == 0 || p.InRecovery || p.Wal.Newest(Wal.Mark).Term != o.Established)
            return false;
        var hasStrays = false;
        for (var v = 0; v < w.Bounds.Voters; v++)
        {
            if ((read >> v & 1) != 0)
                hasStrays |= w.Servers[v].Promised > o.Established || (w.IsData(v) && w.Servers[v].InRecovery && FollowsNobody(w, v, primary, read));
        }

        if (!hasStrays)
            return false;
        (o.Stage, o.Aim, o.Candidate, o.Lost, o.Orders, o.Pending) = (Stage.Reading, Aim.Confirm, primary + 1, 0, 0, (1 << w.Bounds.Voters) - 1);
        return true;
    }

    internal static bool Read(World w, int c, int read) => Begin(w, c, read);

    private static bool FollowsNobody(World w, int v, int primary, int read)
    {
        var upstream = w.Servers[v].Upstream;
        return upstream == 0 || (upstream != primary + 1 && ((read >> (upstream - 1) & 1) == 0 || !w.Servers[upstream - 1].InRecovery));
    }

    private static void TakeLocks(World w, int c, int read)
    {
        for (var v = 0; v < w.Bounds.Voters; v++)
        {
            if ((read >> v & 1) != 0)
                w.Servers[v].Holder = c + 1;
        }

        w.Offices[c].Held |= read;
    }

    private static void Learn(World w, ref Office o, int read)
    {
        for (var s = 0; s < w.Bounds.DataNodes; s++)
        {
            if ((read >> s & 1) != 0 && w.Servers[s].Wal.Newest(Wal.Mark) is var mark && mark.Term > o.Established)
                (o.Established, o.EstablishedPrimary) = mark;
        }
    }

    /// <summary>Orders of before that were not carried out yet are called off: a voter carries out one after the other, and the new ones come first here.</summary>
    private static bool Begin(World w, int c, int read)
    {
        ref var o = ref w.Offices[c];
        TakeLocks(w, c, read);
        Learn(w, ref o, read);
        if (o.EstablishedPrimary != (o.Aim == Aim.Failover ? o.Lost : o.Candidate) - 1)
        {
            // A newer term was established meanwhile: this attempt is not about its primary, and is abandoned.
            (o.Stage, o.Orders, o.Pending) = (Stage.Leading, 0, 0);
            return o.Aim == Aim.Confirm;
        }

        (o.Orders, o.Promised, o.CutOff, o.HasPosition, o.Names, o.RowLength, o.Positions, o.Told, o.WentOn) = (0, 0, 0, 0, 0, 0, 0, 0, 0);
        (o.DecisionTerm, o.Decision) = (0, 0);
        var (highest, standbys) = (o.Established, 0);
        for (var v = 0; v < w.Bounds.Voters; v++)
        {
            if ((read >> v & 1) == 0)
                continue;
            ref var s = ref w.Servers[v];
            highest = Math.Max(highest, Math.Max(s.Promised, w.IsData(v) ? s.Wal.Newest(Wal.Row).Term : 0));
            if (w.IsData(v) && s.InRecovery)
                standbys |= 1 << v;
            o.Tell(v, s.DecisionTerm, s.Decision);
        }

        o.Standbys = standbys;
        var (decidedIn, decision) = (o.DecisionTerm, o.Decision) = Cuts.Decision(w, ref o);
        o.Term = highest + 1;
        if (o.Term > w.Bounds.Terms)
            return false;
        var isAdoptable = decision != 0 && decidedIn > o.Established && (read >> (decision - 1) & 1) != 0 && !w.Servers[decision - 1].InRecovery;
        if (isAdoptable && (o.Aim == Aim.Failover || decision - 1 != o.EstablishedPrimary))
            (o.Aim, o.Candidate) = (Aim.Adopt, decision);
        if (o.Aim == Aim.Failover && !Cuts.IsFeasible(w, ref o))
            return false;
        var asked = o.Aim == Aim.Failover ? read & ~(1 << (o.Lost - 1)) : read;
        Table.Ask(ref o, Stage.Promising, asked, Order.Promise);
        Table.Advance(w, c);
        return o.Stage == Stage.Promising;
    }
}
