namespace HaConnect;

/// <summary>What one read asks for; null members take the value of <see cref="RoutingOptions"/>.</summary>
public sealed record ReadPolicy
{
    /// <summary>
    /// The staleness bound, as <see cref="RoutingOptions.MaxReplicaLag"/>; at least four times the probe interval, since a smaller
    /// bound could not be proven.
    /// </summary>
    public TimeSpan? MaxReplicaLag { get; init; }

    /// <summary>As <see cref="RoutingOptions.Fallback"/>.</summary>
    public ReadFallback? Fallback { get; init; }
}
