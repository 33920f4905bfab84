namespace HaConnect.Histories;

/// <summary>What a history of sessions shows: figures per group and phase, and what contradicts itself.</summary>
internal sealed record SessionJudgement
{
    /// <summary>In the order of groups, then of phases.</summary>
    public required IReadOnlyList<SessionTally> Tallies { get; init; }

    public required int AckedTicks { get; init; }

    /// <summary>Acked ticks that the primary does not hold in the end.</summary>
    public required IReadOnlyList<long> LostTicks { get; init; }

    /// <summary>Why the history cannot be believed: nothing else counts then.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The first broken ones of each kind and group, with the session and the moment.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>All phases of a group together.</summary>
    internal SessionTally Of(string group)
    {
        var total = new SessionTally(group, "all");
        foreach (var tally in Tallies.Where(t => t.Group == group))
            total.Add(tally);
        return total;
    }
}
