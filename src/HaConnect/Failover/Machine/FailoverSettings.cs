namespace HaConnect.Failover;

/// <summary>What every instance of the cluster has to agree on, and who this one is.</summary>
internal sealed record FailoverSettings
{
    internal required string Coordinator { get; init; }
    internal required IReadOnlyList<Voter> Voters { get; init; }
    internal required string ControlDatabase { get; init; }

    /// <summary>The <c>k</c> of <c>ANY k (…)</c>; 0 is asynchronous replication.</summary>
    internal required int Required { get; init; }

    /// <summary>After how long without its stream a synchronous standby is named no more, where enough are left.</summary>
    internal TimeSpan DropStandbyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without enough synchronous standbys the primary takes writes alone; null for never.</summary>
    internal TimeSpan? DegradeAfter { get; init; }

    /// <summary>How long fencing from outside PostgreSQL may take; null where none is configured.</summary>
    internal TimeSpan? FencingTimeout { get; init; }

    /// <summary>That is only rehearsed: what it answers keeps nobody from being promoted.</summary>
    internal bool RehearsesFencing { get; init; }

    internal required long MaxDataLossBytes { get; init; }
    internal required int MaxFailovers { get; init; }
    internal required TimeSpan FailoverWindow { get; init; }
    internal required ConninfoBuilder Conninfo { get; init; }

    /// <summary>None, but in tests that show that a broken rule would be found.</summary>
    internal BrokenRules Broken { get; init; }

    internal int Majority => Voters.Count / 2 + 1;

    internal IEnumerable<Voter> DataNodes => Voters.Where(v => !v.IsWitness);
}
