namespace HaConnect;

/// <summary>
/// What an instance did, decided, refused or saw, with its reason: a step of the coordinator, what somebody asked for, or a setting of the cluster
/// that has changed.
/// </summary>
/// <param name="At">When, by the instance's clock.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Coordinator">The instance that tells it.</param>
/// <param name="Term">The term it acted in; null before a term was promised.</param>
/// <param name="Step">The step's name, for instance <c>CuttingOff</c>; of a command and of the configuration what it is about, for instance <c>Switchover</c>.</param>
/// <param name="Node">The node it is about; null where it is about the cluster.</param>
/// <param name="Sentence">What happened and why, for people.</param>
public sealed record AuditRecord(DateTimeOffset At, string Cluster, string Coordinator, long? Term, string Step, string? Node, string Sentence)
{
    /// <summary>What sort of thing it tells of. Default <see cref="AuditKind.Decision"/>.</summary>
    public AuditKind Kind { get; init; }

    /// <summary>Who asked for it, where it is a command; null where an instance acted by itself.</summary>
    public string? By { get; init; }

    /// <summary>What was changed, as it was before: a primary's name or a setting's value. Null where nothing was changed, or it is not known.</summary>
    public string? Before { get; init; }

    /// <summary>The same afterwards; null where nothing was changed.</summary>
    public string? After { get; init; }

    /// <summary>
    /// Since the loss of the primary was detected or a switchover announced, or how long a command took until its answer; null where
    /// nothing is measured.
    /// </summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What was measured, for programs: one JSON object. Null where nothing was.</summary>
    public string? Data { get; init; }
}
