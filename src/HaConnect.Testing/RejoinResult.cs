namespace HaConnect.Testing;

/// <summary>What <see cref="PostgresCluster.RejoinAsync"/> did.</summary>
/// <param name="Method">How the node was brought back.</param>
/// <param name="Reason">Why in this way, as a sentence for people.</param>
/// <param name="Timeline">The primary's timeline, on which the node now streams.</param>
public sealed record RejoinResult(RejoinMethod Method, string Reason, int Timeline);
