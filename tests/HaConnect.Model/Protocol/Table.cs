namespace HaConnect.Model;

/// <summary>The coordinator, as the rows of the shipped failover table have it.</summary>
internal static class Table
{
    /// <summary>A voter has answered, or refused.</summary>
    internal static void Answer(World w, int c, int v, Order order, bool isDone)
    {
        ref var o = ref w.Offices[c];
        var bit = 1 << v;
        if ((o.Pending & bit) == 0)
            return; // of an earlier stage: what it did it did, but nobody listens
        o.Pending &= ~bit;
        if (!isDone)
        {
            o.Problem |= v == o.Candidate - 1;
            Advance(w, c);
            return;
        }

        switch (order)
        {
            case Order.Promise:
                o.Promised |= bit;
                break;
            case Order.CutOff:
                o.CutOff |= bit;
                break;
            default:
                o.Done |= bit;
                break;
        }

        Advance(w, c);
    }

    /// <summary>It learns that a session is gone, and with it the lock and all that rested on it.</summary>
    internal static void LoseSession(World w, int c, int v)
    {
        ref var o = ref w.Offices[c];
        var rest = ~(1 << v);
        o.Held &= rest;
        o.Pending &= rest;
        o.Done &= rest;
        o.Promised &= rest;
        o.Standbys &= rest;
        o.CutOff &= rest;
        o.HasPosition &= rest;
        o.WentOn &= rest;
        o.Tell(v, 0, 0);
        o.Problem |= v == o.Candidate - 1;
        o.Send(v, Order.None);
        if (w.IsData(v))
            o.SetPosition(v, 0, 0);
        Advance(w, c);
    }

    internal static void Release(World w, int c)
    {
        ref var o = ref w.Offices[c];
        for (var v = 0; v < w.Bounds.Voters; v++)
        {
            if (w.Servers[v].Holder == c + 1)
                w.Servers[v].Holder = 0;
        }

        o = new Office { Established = o.Established, EstablishedPrimary = o.EstablishedPrimary };
    }

    internal static void Advance(World w, int c, bool grace = false, bool time = false)
    {
        while (Step(w, c, grace || time, time))
            grace = time = false;
    }

    private static bool Step(World w, int c, bool grace, bool time)
    {
        ref var o = ref w.Offices[c];
        if (o.Stage == Stage.Watching)
            return false;
        if (World.Count(o.Held) < w.Bounds.Majority)
        {
            Release(w, c);
            return false;
        }

        var settled = o.Pending == 0 || grace || (o.Lost != 0 && o.Pending == 1 << (o.Lost - 1));
        var over = o.Pending == 0 || time;
        var candidate = o.Candidate == 0 ? 0 : 1 << (o.Candidate - 1);
        var answered = o.Pending == 0 && !o.Problem && (o.Held & candidate) != 0;
        var isFailover = o.Aim == Aim.Failover;
        switch (o.Stage)
        {
            case Stage.Promising when settled && World.Count(o.Promised) >= w.Bounds.Majority && (!isFailover || Cuts.CutsOff(w, ref o, StandbysOf(ref o))):
                return isFailover || (o.Aim == Aim.Confirm && Cuts.Contender(w, ref o) != 0)
                    ? Ask(ref o, Stage.CuttingOff, StandbysOf(ref o), Order.CutOff) : Ask(ref o, Stage.Deciding, o.Promised, Order.Decide);
            case Stage.CuttingOff or Stage.ReadingPositions when o.Aim == Aim.Confirm:
                return FindOut(w, ref o, settled, over);
            case Stage.CuttingOff when settled && Cuts.CutsOff(w, ref o, o.CutOff):
                return Ask(ref o, Stage.ReadingPositions, o.CutOff, Order.ReadPosition);
            case Stage.ReadingPositions when settled && Cuts.Suffices(w, ref o, o.CutOff & o.HasPosition):
                return Cuts.HasCandidate(w, ref o) ? Cuts.Choose(w, ref o) && Ask(ref o, Stage.Deciding, o.Promised, Order.Decide) : Revert(w, ref o);
            case Stage.Deciding when settled && World.Count(o.Promised & o.Done) >= w.Bounds.Majority && (o.Promised & o.Done & candidate) != 0:
                return isFailover ? Ask(ref o, Stage.Preparing, candidate, Order.SetNames)
                    : o.Aim == Aim.Adopt && w.Bounds.Required == 0 ? Ask(ref o, Stage.Accepting, o.Promised, Order.Accept) : Establish(w, c);
            case Stage.Deciding when over && !isFailover:
                return Lead(ref o);
            case Stage.Preparing when o.Pending == 0 && !o.Problem:
                return w.Keeps(Rule.Verify) ? Ask(ref o, Stage.Verifying, o.Promised, Order.Verify) : Ask(ref o, Stage.Promoting, candidate, Order.Promote);
            case Stage.Verifying when settled && (o.Done & candidate) != 0 && World.Count(o.Promised & o.Done) >= w.Bounds.Majority && Cuts.Suffices(w, ref o, o.CutOff & o.Done & o.HasPosition):
                return Ask(ref o, Stage.Promoting, candidate, Order.Promote);
            case Stage.Promoting when answered:
                return w.Bounds.Required == 0 ? Ask(ref o, Stage.Accepting, o.Promised, Order.Accept) : Establish(w, c);
            case Stage.Accepting when settled && World.Count(o.Promised & o.Done) >= w.Bounds.Majority && (o.Promised & o.Done & candidate) != 0:
                return Ask(ref o, Stage.Opening, candidate, Order.Open);
            case Stage.Opening when answered:
                return Establish(w, c);
            case Stage.Establishing when settled && o.RowLength > 0:
                return AwaitFlush(w, c);
            case Stage.Flushing when settled && ((o.Done & candidate) != 0 || Statements.Row(w, c).Required == 0):
                return Ask(ref o, Stage.Marking, o.Promised & candidate, Order.MarkEstablished);
            case Stage.Flushing when (o.Held & candidate) == 0 || (grace && World.Count(o.Promised & o.Standbys & Statements.Row(w, c).Names) < Statements.Row(w, c).Required):
                return Lead(ref o);
            case Stage.Flushing:
                return time && AwaitFlush(w, c);
            case Stage.Marking when (o.Done & candidate) != 0:
                (o.Established, o.EstablishedPrimary) = (o.Term, o.Candidate - 1);
                return Lead(ref o);
            case Stage.CuttingOff or Stage.ReadingPositions or Stage.Deciding or Stage.Preparing or Stage.Verifying when over:
                return Revert(w, ref o);
            case Stage.Reverting when Cuts.Contender(w, ref o) != 0:
                return Lead(ref o);
            case Stage.Promising or Stage.Promoting or Stage.Accepting or Stage.Opening or Stage.Establishing or Stage.Marking or Stage.Reverting when over:
                return Lead(ref o);
            default:
                return false;
        }
    }

    /// <summary>The standbys that it may cut off or point back: bound by this term, in recovery, not the primary of the term in force.</summary>
    private static int StandbysOf(ref Office o) => o.Promised & o.Standbys & ~(1 << o.EstablishedPrimary);

    internal static bool Ask(ref Office o, Stage stage, int whom, Order order)
    {
        (o.Stage, o.Pending, o.Done, o.Problem) = (stage, whom, 0, false);
        for (var v = 0; whom >> v != 0; v++)
        {
            if ((whom >> v & 1) != 0)
                o.Send(v, order);
        }

        return true;
    }

    /// <summary>The primary is well, but another node may have been promoted: positions tell.</summary>
    private static bool FindOut(World w, ref Office o, bool settled, bool over)
    {
        var read = o.CutOff & o.HasPosition;
        if (o.Stage == Stage.CuttingOff && settled && Cuts.TellsOfContender(w, ref o, o.CutOff))
            return Ask(ref o, Stage.ReadingPositions, o.CutOff, Order.ReadPosition);
        if (o.Stage == Stage.ReadingPositions && settled && (read & o.WentOn) == 0 && Cuts.TellsOfContender(w, ref o, read))
            return Ask(ref o, Stage.Deciding, o.Promised, Order.Decide);
        if (o.Stage == Stage.ReadingPositions && settled && (read & o.WentOn) != 0 && Cuts.Suffices(w, ref o, read) && Cuts.HasCandidate(w, ref o))
        {
            o.Aim = Aim.Failover;
            return Cuts.Choose(w, ref o) && Ask(ref o, Stage.Deciding, o.Promised, Order.Decide);
        }

        return over && Lead(ref o);
    }

    /// <summary>Nobody is pointed back while another node may have been promoted.</summary>
    private static bool Revert(World w, ref Office o) =>
        Cuts.Contender(w, ref o) == 0 ? Ask(ref o, Stage.Reverting, StandbysOf(ref o), Order.PointBack) : Lead(ref o);

    private static bool Lead(ref Office o)
    {
        (o.Stage, o.Pending) = (Stage.Leading, 0);
        return false;
    }

    private static bool Establish(World w, int c)
    {
        ref var o = ref w.Offices[c];
        var candidate = 1 << (o.Candidate - 1);
        Ask(ref o, Stage.Establishing, w.Keeps(Rule.RowFirst) ? 0 : o.Promised & o.Standbys & ~candidate, Order.Repoint);
        o.Pending |= o.Promised & candidate;
        if ((o.Promised & candidate) != 0)
            o.Send(o.Candidate - 1, Order.CommitTerm);
        return true;
    }

    /// <summary>Waits for the standbys to flush the row; whoever is not repointed yet is asked again.</summary>
    private static bool AwaitFlush(World w, int c)
    {
        ref var o = ref w.Offices[c];
        var candidate = 1 << (o.Candidate - 1);
        var repointed = o.Done & ~candidate;
        Ask(ref o, Stage.Flushing, o.Promised & o.Standbys & ~candidate & ~repointed, Order.Repoint);
        o.Done = repointed;
        if ((o.Promised & candidate) != 0 && Statements.Row(w, c).Required > 0)
        {
            o.Pending |= candidate;
            o.Send(o.Candidate - 1, Order.AwaitFlush);
        }

        return true;
    }
}
