namespace HaConnect.Model;

/// <summary>Brings states that differ in nothing that can matter to one form.</summary>
internal static class Canonical
{
    /// <summary>Forgets what nobody will look at any more.</summary>
    internal static void Tidy(World w)
    {
        var b = w.Bounds;
        for (var c = 0; c < b.Coordinators; c++)
        {
            ref var o = ref w.Offices[c];
            switch (o.Stage)
            {
                case Stage.Watching:
                    o = new Office { Established = o.Established, EstablishedPrimary = o.EstablishedPrimary };
                    break;
                case Stage.Leading when o.Orders == 0:
                    o = new Office { Stage = Stage.Leading, Held = o.Held, Established = o.Established, EstablishedPrimary = o.EstablishedPrimary };
                    break;
                case Stage.Leading:
                    (o.Lost, o.Pending, o.Done, o.Promised, o.Standbys, o.CutOff, o.HasPosition, o.DecidedBefore, o.Problem, o.Positions) = (0, 0, 0, 0, 0, 0, 0, 0, false, 0);
                    break;
                case Stage.Reading:
                    o = new Office { Stage = Stage.Reading, Aim = o.Aim, Candidate = o.Candidate, Held = o.Held, Established = o.Established, EstablishedPrimary = o.EstablishedPrimary };
                    break;
                case >= Stage.Promoting and not Stage.Reverting:
                    (o.CutOff, o.HasPosition, o.Positions, o.DecidedBefore) = (0, 0, 0, 0);
                    break;
                case >= Stage.Deciding:
                    o.DecidedBefore = 0;
                    break;
            }
        }

        for (var n = 0; n < b.Voters; n++)
        {
            ref var s = ref w.Servers[n];
            if (s.Decision == 0)
                s.Owner = 0;
            if (s.Lingering != 0 && w.Source(n) == 0)
                s.Lingering = 0;
            if (s.InRecovery && !IsPrepared(w, n))
                (s.IsSynchronous, s.Names) = (false, 0);
        }
    }

    private static bool IsPrepared(World w, int node)
    {
        foreach (ref var o in w.Offices.AsSpan())
        {
            if (o.Candidate == node + 1 && (o.Stage is Stage.Preparing or Stage.Verifying or Stage.Promoting || o[node] == Order.Promote))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The same state with the nodes called otherwise and the coordinators in another order. Every step has its like among the renamed
    /// ones as long as node 0 keeps its name, since term 1 is defined by it, and ties are not broken by name.
    /// </summary>
    internal static void Rename(World from, World to, int[] nodes, int[] coordinators)
    {
        var b = from.Bounds;
        to.CopyFrom(from);
        for (var v = 0; v < b.Voters; v++)
        {
            ref var s = ref to.Servers[nodes[v]];
            s = from.Servers[v];
            s.Upstream = Plus(s.Upstream);
            s.Lingering = Plus(s.Lingering);
            s.Decision = Plus(s.Decision);
            s.Names = Mask(s.Names);
            s.Holder = s.Holder == 0 ? 0 : coordinators[s.Holder - 1] + 1;
            s.Owner = s.Owner == 0 ? 0 : coordinators[s.Owner - 1] + 1;
            s.Wal = s.Wal.Rename(nodes);
        }

        for (var c = 0; c < b.Coordinators; c++)
        {
            ref var o = ref to.Offices[coordinators[c]];
            var old = from.Offices[c];
            o = old;
            (o.Candidate, o.Lost, o.DecidedBefore, o.EstablishedPrimary) = (Plus(o.Candidate), Plus(o.Lost), Plus(o.DecidedBefore), nodes[o.EstablishedPrimary]);
            (o.Held, o.Pending, o.Done, o.Promised) = (Mask(o.Held), Mask(o.Pending), Mask(o.Done), Mask(o.Promised));
            (o.Standbys, o.CutOff, o.HasPosition, o.Names) = (Mask(o.Standbys), Mask(o.CutOff), Mask(o.HasPosition), Mask(o.Names));
            (o.Orders, o.Positions) = (0, 0);
            for (var v = 0; v < b.Voters; v++)
            {
                o.Orders |= (old.Orders >> (v * 4) & 0xF) << (nodes[v] * 4);
                if (v < b.DataNodes)
                    o.Positions |= (old.Positions >> (v * 8) & 0xFF) << (nodes[v] * 8);
            }
        }

        for (var t = 0; t <= b.Terms; t++)
        {
            to.LeaderOf[t] = Plus(from.LeaderOf[t]);
            for (var p = 0; p < b.DataNodes; p++)
            {
                var row = from.RowNames[(t * b.DataNodes) + p];
                to.RowNames[(t * b.DataNodes) + nodes[p]] = row == 0 ? 0 : (Mask(row >> 1) << 1) | 1;
            }
        }

        int Plus(int node) => node == 0 ? 0 : nodes[node - 1] + 1;

        int Mask(int mask)
        {
            var renamed = 0;
            for (var v = 0; v < b.Voters; v++)
                renamed |= (mask >> v & 1) << nodes[v];
            return renamed;
        }
    }
}
