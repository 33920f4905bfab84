namespace HaConnect.Topology;

/// <summary>A standby as a read target. Its reads keep a bound while <c>now − bound ≤ FreshAsOf</c>.</summary>
/// <param name="Node">The standby.</param>
/// <param name="FreshAsOf">Everything acked before this timestamp is visible there; <see cref="StalenessLedger.None"/> where nothing is proven.</param>
/// <param name="StartTime">Of the server process that the proof belongs to.</param>
/// <param name="IsSynchronous">Whether the primary lists it as a synchronous standby; null where the probing user may not see that.</param>
/// <param name="Replayed">How far it was seen to have replayed in the present term and timeline; 0 where that is not proven.</param>
internal sealed record ReadTarget(Node Node, long FreshAsOf, DateTime StartTime, ulong Replayed, bool? IsSynchronous)
{
    /// <summary>Its share of the reads beside that of others; at least 1.</summary>
    internal int Weight { get; init; } = HaNodeOptions.DefaultWeight;

    /// <summary>Only where no other qualifies: it has just come back, or its configured weight is 0.</summary>
    internal bool IsInReserve { get; init; }

    /// <summary>The round trip of its last answered probe.</summary>
    internal TimeSpan? Latency { get; init; }

    /// <summary>What a balancer of the application's sees of it.</summary>
    internal ReadCandidate Candidate => field ??= new ReadCandidate(this);
}
