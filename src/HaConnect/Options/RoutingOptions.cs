namespace HaConnect;

/// <summary>Where reads go.</summary>
public sealed class RoutingOptions
{
    /// <summary>
    /// The staleness bound of a read: everything acked more than this before the routing decision is visible on the connection
    /// that is handed out. Proven from WAL positions, not estimated. 40 ms to 1 day. Default 5 s.
    /// </summary>
    public TimeSpan MaxReplicaLag { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What a read must see. Default <see cref="ReadConsistency.Bounded"/>.</summary>
    public ReadConsistency Consistency { get; set; } = ReadConsistency.Bounded;

    /// <summary>
    /// How long a read under a causal token waits for a replica that is close behind it, before it goes on as <see cref="Fallback"/> says. Zero
    /// for not at all, to 10 s. Default 100 ms. It waits only where a term with synchronous standbys is in force: elsewhere a replica's position alone proves
    /// nothing while a failover may be under way.
    /// </summary>
    public TimeSpan CatchUpTimeout { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What a read does when no replica is proven fresh enough. Default <see cref="ReadFallback.Primary"/>.</summary>
    public ReadFallback Fallback { get; set; } = ReadFallback.Primary;

    /// <summary>
    /// The zone of this application (<see cref="HaNodeOptions.Zone"/>): reads go to replicas of it as long as one of them is fresh enough, then to
    /// those of others. Default: none, all count alike.
    /// </summary>
    public string? Zone { get; set; }

    /// <summary>Which replicas reads may be made at. Default <see cref="ReplicaKind.Any"/>.</summary>
    public ReplicaKind Replicas { get; set; }

    /// <summary>
    /// Replicas (where <see cref="Zone"/> is set: of other zones) whose probe round trip is at most this much above the fastest one's share the reads; slower ones are used only
    /// where none of those is fresh enough. Zero to 10 s. Default 15 ms.
    /// </summary>
    public TimeSpan LatencyWindow { get; set; } = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// After which time <see cref="HaDataSource.ReadAsync{T}"/> begins its work at one more replica that qualifies, where it has not ended; the first result wins. The work must bear
    /// to run twice at the same time. Zero, the default, for never; else 1 ms to 10 s.
    /// </summary>
    public TimeSpan HedgeAfter { get; set; }
}
