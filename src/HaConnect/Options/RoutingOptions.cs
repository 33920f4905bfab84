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

    /// <summary>How reads are spread over replicas that all qualify. Default <see cref="ReadBalancing.LeastInUse"/>. See <see cref="HaNodeOptions.Weight"/>.</summary>
    public ReadBalancing Balancing { get; set; }

    /// <summary>
    /// How long a replica that was lost (it did not answer, or its server was restarted) stays in reserve after its return: it serves reads only where no
    /// other qualifies. Doubled, up to 32 times, with each loss that follows within ten times that on its return. Zero for not at all, to 10 min. Default 5 s.
    /// </summary>
    public TimeSpan FailbackDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a replica takes after <see cref="FailbackDelay"/> to get its whole share of the reads, beginning with a tenth: its caches are cold. Zero for
    /// at once, to 1 h. Default 10 s.
    /// </summary>
    public TimeSpan FailbackRamp { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The share of this data source's reads that may go to the primary for want of a replica (<see cref="ReadFallback.Primary"/>), lest it be
    /// overrun when replicas are lost; 10 in a row are let through after a time without. Others fail with <see cref="NoReplicaException"/>. Reads that are to be strongly consistent do not count.
    /// 0 to 1. Default 1, no limit.
    /// </summary>
    public double MaxPrimaryReadShare { get; set; } = 1;

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
