namespace HaConnect.Model;

/// <summary>A cluster and how much may happen to it: what a search is exhaustive within.</summary>
internal sealed record Bounds(string Name)
{
    /// <summary>The first is the primary of term 1; the others are its synchronous standbys.</summary>
    internal int DataNodes { get; init; } = 3;

    internal int Witnesses { get; init; }

    /// <summary>The k of <c>ANY k (…)</c>; 0 is asynchronous replication.</summary>
    internal int Required { get; init; } = 1;

    internal int Coordinators { get; init; } = 2;

    /// <summary>The highest term that anybody may take; term 1 is in force at the start.</summary>
    internal int Terms { get; init; } = 2;

    internal int Writes { get; init; } = 1;

    /// <summary>How many data nodes may crash, the primary too; each may start again.</summary>
    internal int Crashes { get; init; }

    /// <summary>How many lock sessions may break while both their ends live.</summary>
    internal int Breaks { get; init; }

    /// <summary>How many coordinators may die, or hand over.</summary>
    internal int Deaths { get; init; }

    /// <summary>How many nodes may be rebuilt from the established primary.</summary>
    internal int Rebuilds { get; init; }

    /// <summary>A promotion is over as soon as it is asked for; otherwise the node leaves recovery at any time afterwards.</summary>
    internal bool PromotesAtOnce { get; init; }

    /// <summary>How many of the last data nodes are no synchronous standbys of term 1, as one that was rebuilt after a failover is none.</summary>
    internal int Unnamed { get; init; }

    /// <summary>Also clients that bypass the library write, to whatever node takes it; otherwise only where a term is established.</summary>
    internal bool AnyClient { get; init; } = true;

    /// <summary>Among equal candidates the machine's order decides, so that a trace can be replayed; otherwise any of them, by which standbys are alike.</summary>
    internal bool TiesAsTheMachine { get; init; }

    internal int Voters => DataNodes + Witnesses;

    internal int Majority => (Voters / 2) + 1;

    /// <summary>Enough for every write, and for the row and the mark of every later term.</summary>
    internal int LogLength => Writes + (2 * (Terms - 1));

    internal int AllData => (1 << DataNodes) - 1;

    /// <summary>The synchronous standbys of term 1.</summary>
    internal int FirstNames => Required > 0 ? ((1 << (DataNodes - Unnamed)) - 1) & ~1 : 0;
}
