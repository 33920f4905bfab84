using System.Numerics;

namespace HaConnect.Model;

/// <summary>Counts the cut-off standbys, and chooses among them.</summary>
internal static class Cuts
{
    internal static bool CutsOff(World w, ref Office o, int cutOff) => CutsOff(w, ref o, o.Established, o.EstablishedPrimary, cutOff);

    private static bool CutsOff(World w, ref Office o, int term, int primary, int cutOff)
    {
        if (w.Keeps(Rule.ContenderFollowers) && Contender(w, ref o) != 0 && !TellsOfContender(w, ref o, cutOff))
            return false;
        if (w.Bounds.Required == 0)
            return World.Count(cutOff & ~(1 << primary)) >= ((w.Bounds.DataNodes - 1) / 2) + 1;
        var names = w.NamesOf(term, primary);
        var needed = World.Count(w.Keeps(Rule.ConfiguredQuorum) ? names : names & o.Held) - w.Bounds.Required + (w.Keeps(Rule.QuorumSize) ? 1 : 0);
        return World.Count(cutOff & names) >= needed;
    }

    /// <summary>The positions read oblige to terms that this coordinator may not have known; each must be cut off by itself.</summary>
    internal static bool Suffices(World w, ref Office o, int read)
    {
        if (read == 0 || !CutsOff(w, ref o, o.Established, o.EstablishedPrimary, read))
            return false;
        var newest = 1;
        for (var s = 0; s < w.Bounds.DataNodes; s++)
        {
            if ((read >> s & 1) != 0)
                newest = Math.Max(newest, o.Position(s).Term);
        }

        if (newest == o.Established)
            return true;
        for (var p = 0; p < w.Bounds.DataNodes; p++)
        {
            if ((newest == 1 ? p == 0 : (w.RowNames[(newest * w.Bounds.DataNodes) + p] & 1) != 0) && !CutsOff(w, ref o, newest, p, read))
                return false;
        }

        return true;
    }

    /// <summary>The newest decision that was known when the promise was asked for, or that the records of those held show.</summary>
    internal static (int Term, int For) Decision(World w, ref Office o)
    {
        var newest = (Term: o.DecisionTerm, For: o.Decision);
        for (var v = 0; o.Told != 0 && v < w.Bounds.Voters; v++)
        {
            if ((o.Held >> v & 1) != 0 && o.ToldBy(v) is var told && told.Term > newest.Term)
                newest = told;
        }

        return newest;
    }

    /// <summary>A node, plus one, other than the established primary that a later term decided for, and that may have been promoted.</summary>
    internal static int Contender(World w, ref Office o) =>
        w.Bounds.Required > 0 && w.Keeps(Rule.Contender) && Decision(w, ref o) is var (term, whom) && term > o.Established && whom != o.EstablishedPrimary + 1 ? whom : 0;

    /// <summary>Whether these standbys tell by their positions that the contender has acked nothing.</summary>
    internal static bool TellsOfContender(World w, ref Office o, int standbys)
    {
        var names = w.Keeps(Rule.ContenderFollowers) ? w.Bounds.AllData & ~(1 << o.EstablishedPrimary) : w.NamesOf(o.Established, o.EstablishedPrimary);
        return Contender(w, ref o) is var contender && (contender == 0 || (standbys >> (contender - 1) & 1) != 0) || World.Count(standbys & names) >= World.Count(names) - w.Bounds.Required;
    }

    internal static bool IsFeasible(World w, ref Office o)
    {
        var standbys = o.Held & o.Standbys & ~(1 << o.EstablishedPrimary);
        return CutsOff(w, ref o, standbys) && HasFollowers(w, standbys);
    }

    internal static bool HasCandidate(World w, ref Office o)
    {
        var best = Best(w, ref o);
        return best != 0 && HasFollowers(w, FollowersOf(ref o, BitOperations.TrailingZeroCount(best)) | (best & -best));
    }

    /// <summary>Of those whose positions were read: one of an earlier term may have gone past the fork, and then never can follow.</summary>
    private static int FollowersOf(ref Office o, int candidate)
    {
        var followers = 0;
        for (var s = 0; (o.CutOff & o.HasPosition) >> s != 0; s++)
        {
            if (((o.CutOff & o.HasPosition) >> s & 1) != 0 && s != candidate && o.Position(s).Term == o.Position(candidate).Term)
                followers |= 1 << s;
        }

        return followers;
    }

    private static bool HasFollowers(World w, int standbys) =>
        standbys != 0 && (World.Count(standbys) - 1 >= w.Bounds.Required || !w.Keeps(Rule.EnoughFollowers));

    private static int Best(World w, ref Office o)
    {
        var read = o.CutOff & o.HasPosition;
        var (best, most) = (0, -1);
        for (var s = 0; s < w.Bounds.DataNodes; s++)
        {
            if ((read >> s & 1) == 0)
                continue;
            var (term, length) = o.Position(s);
            var rank = !w.Keeps(Rule.Furthest) ? 0 : w.Keeps(Rule.TermBeforeLsn) ? (term << 4) | length : length;
            if (rank > most)
                (best, most) = (0, rank);
            if (rank == most)
                best |= 1 << s;
        }

        return best;
    }

    /// <summary>The furthest; of equal ones any, which the caller of the step enumerates.</summary>
    internal static bool Choose(World w, ref Office o)
    {
        var best = Best(w, ref o);
        int chosen;
        if (w.Bounds.TiesAsTheMachine)
        {
            var before = Decision(w, ref o).For;
            chosen = before != 0 && (best >> (before - 1) & 1) != 0 ? before - 1 : BitOperations.TrailingZeroCount(best);
        }
        else
        {
            w.Ties = World.Count(best);
            chosen = 0;
            for (var skip = w.TieWanted; (best >> chosen & 1) == 0 || skip-- > 0;)
                chosen++;
        }

        (o.Candidate, o.Names) = (chosen + 1, FollowersOf(ref o, chosen));
        return true;
    }
}
