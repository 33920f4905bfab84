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
                    (o.Lost, o.Pending, o.Done, o.Promised, o.Standbys, o.CutOff, o.HasPosition, o.Told, o.WentOn, o.Problem, o.Positions) = (0, 0, 0, 0, 0, 0, 0, 0, 0, false, 0);
                    if (!IsPromising(w, c))
                        (o.DecisionTerm, o.Decision) = (0, 0);
                    break;
                case Stage.Reading:
                    o = new Office { Stage = Stage.Reading, Aim = o.Aim, Candidate = o.Candidate, Held = o.Held, Pending = o.Pending, Established = o.Established, EstablishedPrimary = o.EstablishedPrimary };
                    break;
                case >= Stage.Promoting and not Stage.Reverting:
                    (o.CutOff, o.HasPosition, o.Positions, o.Told, o.WentOn) = (0, 0, 0, 0, 0);
                    break;
                case >= Stage.Deciding:
                    o.WentOn = 0;
                    break;
            }

            if (!IsPromising(w, c) && (o.Stage is >= Stage.Promoting and not Stage.Reverting || (!b.TiesAsTheMachine && o.DecisionTerm <= o.Established && o.Stage != Stage.Promising)))
                (o.DecisionTerm, o.Decision) = (0, 0);
            for (var v = 0; o.Told != 0 && !b.TiesAsTheMachine && v < b.Voters; v++)
            {
                // What was decided before the established term says nothing.
                if (o.ToldBy(v).Term <= o.Established)
                    o.Tell(v, 0, 0);
            }
        }

        for (var n = 0; n < b.Voters; n++)
        {
            ref var s = ref w.Servers[n];
            if (s.DecisionTerm != s.Promised)
                s.Owner = 0;
            if (s.Lingering != 0 && w.Source(n) == 0)
                s.Lingering = 0;
            if (s is { InRecovery: true, PrimaryOf: 0 } && !IsPrepared(w, n))
                (s.IsSynchronous, s.Names) = (false, 0);
        }
    }

    /// <summary>Whether a promise that it asked for may still be given.</summary>
    private static bool IsPromising(World w, int c)
    {
        for (var v = 0; v < w.Bounds.Voters; v++)
        {
            if (w.Offices[c][v] == Order.Promise)
                return true;
        }

        return false;
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
}
