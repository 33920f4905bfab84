using System.Numerics;

namespace HaConnect.Model;

/// <summary>A state: every voter, every coordinator, and what clients were told. Mutable, so that a search allocates none per step.</summary>
internal sealed class World
{
    internal World(Bounds bounds, Rule broken = Rule.None)
    {
        Bounds = bounds;
        Broken = broken;
        Servers = new Server[bounds.Voters];
        Offices = new Office[bounds.Coordinators];
        RowNames = new int[(bounds.Terms + 1) * bounds.DataNodes];
        LeaderOf = new int[bounds.Terms + 1];
    }

    internal Bounds Bounds { get; }

    internal Rule Broken { get; }

    internal Server[] Servers { get; }

    internal Office[] Offices { get; }

    /// <summary>The synchronous standbys that the row of a term names on its primary, shifted by one, plus one where there is such a row.</summary>
    internal int[] RowNames { get; }

    /// <summary>Who was promoted or confirmed in a term, plus one.</summary>
    internal int[] LeaderOf { get; }

    /// <summary>The writes that were acked, a bit each.</summary>
    internal int Acked { get; set; }

    internal int Written { get; set; }

    /// <summary>The highest term in which a write was acked.</summary>
    internal int AckedIn { get; set; }

    internal int Crashes { get; set; }

    internal int Breaks { get; set; }

    internal int Deaths { get; set; }

    internal int Rebuilds { get; set; }

    /// <summary>Whether the order that was carried out last was refused by the server.</summary>
    internal bool Refused { get; set; }

    /// <summary>What the step that led here broke.</summary>
    internal Invariant Violated { get; set; }

    /// <summary>Which of equal candidates is to be chosen, and how many there were.</summary>
    internal int TieWanted { get; set; }

    internal int Ties { get; set; }

    internal static World Start(Bounds bounds, Rule broken = Rule.None)
    {
        var world = new World(bounds, broken);
        for (var v = 0; v < bounds.Voters; v++)
        {
            var isStandby = v > 0 && v < bounds.DataNodes;
            world.Servers[v] = new Server { IsAlive = true, InRecovery = isStandby, Upstream = isStandby ? 1 : 0, Promised = 1, PrimaryOf = v == 0 ? 1 : 0 };
        }

        world.Servers[0].IsSynchronous = bounds.Required > 0;
        world.Servers[0].Names = bounds.FirstNames;
        for (var c = 0; c < bounds.Coordinators; c++)
            world.Offices[c].Established = 1;
        world.AckedIn = 1;
        return world;
    }

    internal void CopyFrom(World other)
    {
        Array.Copy(other.Servers, Servers, Servers.Length);
        Array.Copy(other.Offices, Offices, Offices.Length);
        Array.Copy(other.RowNames, RowNames, RowNames.Length);
        Array.Copy(other.LeaderOf, LeaderOf, LeaderOf.Length);
        (Acked, Written, AckedIn) = (other.Acked, other.Written, other.AckedIn);
        (Crashes, Breaks, Deaths, Rebuilds) = (other.Crashes, other.Breaks, other.Deaths, other.Rebuilds);
        Violated = Invariant.None;
        (TieWanted, Ties) = (0, 1);
    }

    internal bool Keeps(Rule rule) => (Broken & rule) == Rule.None;

    internal bool IsData(int voter) => voter < Bounds.DataNodes;

    internal static int Count(int mask) => BitOperations.PopCount((uint)mask);

    /// <summary>The synchronous standbys in the row of a term.</summary>
    internal int NamesOf(int term, int primary) =>
        term == 1 ? Bounds.FirstNames : RowNames[(term * Bounds.DataNodes) + primary] >> 1;

    /// <summary>Whom it receives from: nobody, its upstream, or the one it was told to leave. A standby past the fork cannot follow.</summary>
    internal int Source(int node)
    {
        ref var s = ref Servers[node];
        var from = s.Lingering != 0 ? s.Lingering : s.Upstream;
        return from != 0 && s is { IsAlive: true, InRecovery: true } && from != node + 1 && Servers[from - 1].IsAlive && s.Wal.IsPrefixOf(Servers[from - 1].Wal) ? from : 0;
    }

    /// <summary>How many of these stream from the primary and have flushed that much.</summary>
    internal int Flushed(int primary, int names, int length)
    {
        var count = 0;
        for (var s = 0; s < Bounds.DataNodes; s++)
        {
            if ((names >> s & 1) != 0 && Source(s) == primary + 1 && Servers[s].Wal.Length >= length)
                count++;
        }

        return count;
    }

    /// <summary>The newest term that is marked as established anywhere.</summary>
    internal (int Term, int Primary) NewestEstablished()
    {
        var newest = (Term: 1, Primary: 0);
        for (var n = 0; n < Bounds.DataNodes; n++)
        {
            if (Servers[n].Wal.Newest(Wal.Mark) is var mark && mark.Term > newest.Term)
                newest = mark;
        }

        return newest;
    }

    internal void Violate(Invariant invariant)
    {
        if (Violated == Invariant.None)
            Violated = invariant;
    }
}
