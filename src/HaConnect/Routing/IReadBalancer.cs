namespace HaConnect;

/// <summary>Chooses among replicas that all qualify for a read: one's own in place of <see cref="RoutingOptions.Balancing"/>.</summary>
public interface IReadBalancer
{
    /// <summary>
    /// Chooses one. Called for each read for which more than one replica of the same tier (zone, latency window) qualifies, by many threads at once, on the
    /// path of every read: it must be thread-safe, and neither block nor allocate.
    /// </summary>
    /// <param name="candidates">Two or more. Their order says nothing.</param>
    /// <returns>The index of one of them; anything else fails the read with an <see cref="InvalidOperationException"/>. What it throws reaches the caller of the read.</returns>
    int Choose(ReadOnlySpan<ReadCandidate> candidates);
}
