namespace HaConnect.ClusterTests.Integrity;

/// <summary>A time without and one with a verification.</summary>
/// <param name="Rows">How many rows were verified.</param>
/// <param name="Took">In what time.</param>
/// <param name="Before">The latencies before, in order.</param>
/// <param name="During">The latencies meanwhile, in order.</param>
internal sealed record RowsRound(long Rows, TimeSpan Took, IReadOnlyList<TimeSpan> Before, IReadOnlyList<TimeSpan> During)
{
    internal double Ratio => At(During, 0.5) / At(Before, 0.5);

    internal static TimeSpan At(IReadOnlyList<TimeSpan> ordered, double share) => ordered.Count == 0 ? TimeSpan.Zero : ordered[Math.Min((int)(ordered.Count * share), ordered.Count - 1)];
}
