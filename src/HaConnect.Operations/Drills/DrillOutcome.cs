using System.Text.Json;
using HaConnect.Operations.Drills;

namespace HaConnect.Operations;

/// <summary>What a drill came to, as it is kept in the audit trail.</summary>
/// <param name="Kind">What it was to prove.</param>
/// <param name="At">When it began, in UTC.</param>
/// <param name="Cluster">The cluster's name; of a throw-away one its own.</param>
/// <param name="Passed">Whether every target was met.</param>
/// <param name="Sentence">What happened and what was measured, for people.</param>
public sealed record DrillOutcome(DrillKind Kind, DateTimeOffset At, string Cluster, bool Passed, string Sentence)
{
    /// <summary>Whether it ran on a throw-away cluster, so that it proves the software and not a cluster that anybody uses. Default false.</summary>
    public bool IsLocal { get; init; }

    /// <summary>What was done, for instance <c>kill</c>; null where the kind says it all.</summary>
    public string? Fault { get; init; }

    /// <summary>The node that was struck or became the primary; null where it is about the cluster.</summary>
    public string? Node { get; init; }

    /// <summary>From the fault to the verdict that the primary is lost; null where there was none.</summary>
    public TimeSpan? Detection { get; init; }

    /// <summary>From the fault to the first acked write afterwards; of a restore from its begin to a server that answers as of the point. Null where it did not come to that.</summary>
    public TimeSpan? Recovery { get; init; }

    /// <summary>What <see cref="Recovery"/> was to be at most (RTO).</summary>
    public TimeSpan? RecoveryTarget { get; init; }

    /// <summary>The longest time without an acked write; null where nothing was written.</summary>
    public TimeSpan? WriteGap { get; init; }

    /// <summary>Writes that were acked; null where they were not counted.</summary>
    public long? AckedWrites { get; init; }

    /// <summary>Those of them that are lost; null where that could not be found out.</summary>
    public long? LostWrites { get; init; }

    /// <summary>Verified rows that are equal, of all that were compared, 0 to 1; null where none were.</summary>
    public double? VerifiedRate { get; init; }

    /// <summary>The greatest proven lag of a standby; null where it was not measured.</summary>
    public TimeSpan? MaxLag { get; init; }

    /// <summary>As a record of the audit trail: its kind is <see cref="AuditKind.Drill"/>, its step the kind of the drill, its outcome in <see cref="AuditRecord.After"/>.</summary>
    /// <param name="instance">Who tells it, for instance the host's name.</param>
    /// <param name="by">Who asked for it; null for an application by itself.</param>
    /// <param name="at">When it ended.</param>
    public AuditRecord ToAuditRecord(string instance, string? by, DateTimeOffset at) => new(at, Cluster, instance, null, Kind.ToString(), Node, Sentence)
    {
        Kind = AuditKind.Drill,
        By = by,
        After = Passed ? "passed" : "failed",
        Duration = Recovery,
        Data = JsonSerializer.Serialize(this, DrillJson.Default.DrillOutcome),
    };

    /// <summary>Reads it back; null where the record tells of no drill, or not in a form that this version knows.</summary>
    /// <param name="record">A record of an audit trail.</param>
    public static DrillOutcome? Of(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record is not { Kind: AuditKind.Drill, Data: { } data })
            return null;
        try
        {
            return JsonSerializer.Deserialize(data, DrillJson.Default.DrillOutcome);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
