namespace HaConnect.Topology;

/// <summary>A standby as a read target. Its reads keep a bound while <c>now − bound ≤ FreshAsOf</c>.</summary>
/// <param name="Node">The standby.</param>
/// <param name="FreshAsOf">Everything acked before this timestamp is visible there; <see cref="StalenessLedger.None"/> where nothing is proven.</param>
/// <param name="StartTime">Of the server process that the proof belongs to.</param>
/// <param name="IsSynchronous">Whether the primary lists it as a synchronous standby; null where the probing user may not see that.</param>
/// <param name="Replayed">How far it was seen to have replayed in the present term and timeline; 0 where that is not proven.</param>
internal sealed record ReadTarget(Node Node, long FreshAsOf, DateTime StartTime, ulong Replayed, bool? IsSynchronous);
