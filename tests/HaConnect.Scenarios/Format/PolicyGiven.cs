namespace HaConnect.Scenarios.Format;

/// <summary>A <see cref="ReadPolicy"/>.</summary>
internal sealed record PolicyGiven
{
    public TimeSpan? MaxReplicaLag { get; init; }

    public ReadFallback? Fallback { get; init; }

    public ReadConsistency? Consistency { get; init; }

    public ReplicaKind? Replicas { get; init; }

    public IReadOnlyList<string>? Nodes { get; init; }

    internal ReadPolicy Build() => new() { MaxReplicaLag = MaxReplicaLag, Fallback = Fallback, Consistency = Consistency, Replicas = Replicas, Nodes = Nodes };
}
