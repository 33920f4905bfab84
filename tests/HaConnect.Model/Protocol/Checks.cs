namespace HaConnect.Model;

/// <summary>The invariants, looked at where a step could break them.</summary>
internal static class Checks
{
    internal static void Leader(World w, int term, int node)
    {
        if (w.LeaderOf[term] == 0)
            w.LeaderOf[term] = node + 1;
        else if (w.LeaderOf[term] != node + 1)
            w.Violate(Invariant.OneLeaderPerTerm);
    }

    /// <summary>Just before the candidate leaves recovery. Whoever lost a session to another coordinator meanwhile is bound by that one's term, and is left out.</summary>
    internal static void Promotion(World w, int c, int candidate)
    {
        ref var o = ref w.Offices[c];
        Leader(w, o.Term, candidate);
        if (!w.Servers[candidate].IsSynchronous)
            w.Violate(Invariant.SsnBeforePromote);
        if (w.Bounds.Required > 0 && (World.Count(w.Servers[candidate].Names) < w.Bounds.Required || (w.Servers[candidate].Names >> candidate & 1) != 0))
            w.Violate(Invariant.SsnBeforePromote);

        var (own, isOvertaken, cutOff) = (w.Servers[candidate].Wal, false, 0);
        for (var v = 0; v < w.Bounds.Voters; v++)
            isOvertaken |= w.Servers[v].Promised > o.Term || ((o.Names | (1 << candidate)) >> v & 1) != 0 && w.Servers[v].Holder != c + 1;
        for (var s = 0; s < w.Bounds.DataNodes; s++)
        {
            if (w.Servers[s] is not { InRecovery: true, Upstream: 0, Lingering: 0 } standby || standby.Promised != o.Term)
                continue;
            cutOff |= 1 << s;
            var (mine, theirs) = (own.Newest(Wal.Row).Term, standby.Wal.Newest(Wal.Row).Term);
            if (!isOvertaken && (o.Names >> s & 1) != 0 && (theirs > mine || (theirs == mine && standby.Wal.Length > own.Length)))
                w.Violate(Invariant.MaxLogChosen);
        }

        var (term, primary) = w.NewestEstablished();
        var names = w.NamesOf(term, primary);
        var isRevoked = w.Bounds.Required > 0
            ? World.Count(cutOff & names) >= World.Count(names) - w.Bounds.Required + 1
            : World.Count(cutOff & ~(1 << primary)) >= ((w.Bounds.DataNodes - 1) / 2) + 1;
        if (!isOvertaken && !isRevoked)
            w.Violate(Invariant.RevocationQuorum);
    }

    /// <summary>Just after a term was marked.</summary>
    internal static void Established(World w, int term, int node)
    {
        if (w.Bounds.Required == 0)
            return;
        if ((w.Acked & ~w.Servers[node].Wal.Writes) != 0)
            w.Violate(Invariant.NoLostAck);
        var (names, have) = (w.NamesOf(term, node), 0);
        for (var s = 0; s < w.Bounds.DataNodes; s++)
        {
            if ((names >> s & 1) != 0 && w.Servers[s].Wal.Has(Wal.RowOf(term, node)))
                have++;
        }

        if (have < w.Bounds.Required)
            w.Violate(Invariant.EstablishBeforeServe);
    }

    /// <summary>
    /// Acks what can be acked: at once, since an ack obliges and never helps, so that the earliest is the worst. Then looks at who acks.
    /// </summary>
    internal static void Acks(World w)
    {
        if (w.Bounds.Required == 0)
            return;
        var acking = 0;
        for (var p = 0; p < w.Bounds.DataNodes; p++)
        {
            ref var s = ref w.Servers[p];
            if (!s.IsAlive || s.InRecovery)
                continue;
            if (!s.IsSynchronous || w.Flushed(p, s.Names, 0) >= w.Bounds.Required)
                acking++;
            for (var i = s.Wal.Length - 1; i >= 0; i--)
            {
                var entry = s.Wal[i];
                if ((entry & 3) == Wal.Write && (w.Acked >> (entry >> 2) & 1) == 0
                    && (!s.IsSynchronous || w.Flushed(p, s.Names, i + 1) >= w.Bounds.Required))
                    Ack(w, p, entry >> 2);
            }
        }

        if (acking > 1)
            w.Violate(Invariant.AtMostOneAckingPrimary);
    }

    /// <summary>A client is told that its write is safe.</summary>
    internal static void Ack(World w, int primary, int write)
    {
        w.Acked |= 1 << write;
        var (term, established) = w.NewestEstablished();
        var own = w.Servers[primary].PrimaryOf;
        if (own < term && (w.Servers[established].Wal.Writes >> write & 1) == 0)
            w.Violate(Invariant.NoLostAck);
        if (own < w.AckedIn)
            w.Violate(Invariant.AtMostOneAckingPrimary);
        w.AckedIn = Math.Max(w.AckedIn, own);
    }
}
