namespace HaConnect.Probing;

/// <summary>A row of <c>haconnect.term</c>: who is primary in a term, and which standbys must ack.</summary>
internal sealed record TermRow(long Term, string Primary, IReadOnlyList<string> SynchronousStandbys, int Required, bool IsEstablished)
{
    /// <summary>No node's term, but the word that nobody coordinates the cluster any more.</summary>
    internal bool IsGivenUp => Primary.Length == 0;

    /// <summary>Written with the row, for causal tokens: behind this, acked writes of earlier terms may be missing; null where none can be.</summary>
    internal ulong? MayLackFrom { get; init; }
}
