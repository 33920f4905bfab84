namespace HaConnect.Operations;

/// <summary>What a history of drills is held against.</summary>
public sealed class DrillHistoryOptions
{
    internal static readonly TimeSpan LeastReadInterval = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan MostReadInterval = TimeSpan.FromDays(1);

    /// <summary>The folders of the audit trails that the drills are in, where it is added to a data source. Default none: the copy in <c>haconnect_audit.trail</c> (<see cref="AuditTable"/>), which has those of all instances.</summary>
    public IList<string> Folders { get; } = [];

    /// <summary>How often each kind has to be passed, one requirement for a kind. Default: failover twice in 3 months, restore once in 3 months, disaster twice in 12 months.</summary>
    public IList<DrillRequirement> Requirements { get; } = [new(DrillKind.Failover, 2, 3), new(DrillKind.Restore, 1, 3), new(DrillKind.Disaster, 2, 12)];

    /// <summary>The cluster whose drills are meant; null for all that the trail tells of. Default null; <see cref="HaDatabaseOptions.ClusterName"/> where it is added to a data source.</summary>
    public string? ClusterName { get; set; }

    /// <summary>Whether drills on throw-away clusters count, whatever those are called. They prove the software, and nothing of the cluster that is used. Default false.</summary>
    public bool CountsLocalDrills { get; set; }

    /// <summary>
    /// Since when drills are demanded: until a requirement's months have passed since then, nothing of it is overdue. Default null: since the trail's first record, where
    /// that is still there; where it was removed, or there is none, at once.
    /// </summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>How often a history that is kept up to date is read anew. Default 5 min; 1 s to 1 day.</summary>
    public TimeSpan ReadInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds, or a kind has two requirements.</exception>
    internal void Validate()
    {
        foreach (var requirement in Requirements)
            requirement.Validate();
        if (Requirements.GroupBy(r => r.Kind).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw OutOfRange(nameof(Requirements), twice.Count(), $"one for {twice.Key}; leave out the others");
        if (ReadInterval < LeastReadInterval || ReadInterval > MostReadInterval)
            throw OutOfRange(nameof(ReadInterval), ReadInterval, $"{LeastReadInterval} to {MostReadInterval}");
    }

    private static ArgumentOutOfRangeException OutOfRange(string name, object value, string bounds) => new(name, value, $"DrillHistoryOptions.{name} must be {bounds}.");
}
