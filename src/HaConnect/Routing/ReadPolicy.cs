namespace HaConnect;

/// <summary>What one read asks for; null members take the value of the <see cref="CausalScope"/> it is made in, then that of <see cref="RoutingOptions"/>.</summary>
public sealed record ReadPolicy
{
    /// <summary>
    /// The staleness bound, as <see cref="RoutingOptions.MaxReplicaLag"/>; at least four times the probe interval, since a smaller
    /// bound could not be proven.
    /// </summary>
    public TimeSpan? MaxReplicaLag { get; init; }

    /// <summary>As <see cref="RoutingOptions.Fallback"/>.</summary>
    public ReadFallback? Fallback { get; init; }

    /// <summary>As <see cref="RoutingOptions.Consistency"/>.</summary>
    public ReadConsistency? Consistency { get; init; }

    /// <summary>The read sees everything that this stands for; not together with <see cref="ReadConsistency.Eventual"/>.</summary>
    public CausalToken? After { get; init; }

    /// <summary>As <see cref="RoutingOptions.Replicas"/>.</summary>
    public ReplicaKind? Replicas { get; init; }

    /// <summary>Only replicas of these names will do. Where none of them qualifies, <see cref="Fallback"/> decides.</summary>
    public IReadOnlyList<string>? Nodes { get; init; }

    /// <summary>As <see cref="RoutingOptions.CatchUpTimeout"/>.</summary>
    public TimeSpan? CatchUpTimeout { get; init; }

    /// <summary>As <see cref="RoutingOptions.HedgeAfter"/>.</summary>
    public TimeSpan? HedgeAfter { get; init; }
}
