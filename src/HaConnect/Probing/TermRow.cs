namespace HaConnect.Probing;

/// <summary>A row of <c>haconnect.term</c>: who is primary in a term, and which standbys must ack.</summary>
internal sealed record TermRow(long Term, string Primary, IReadOnlyList<string> SynchronousStandbys, int Required, bool IsEstablished);
