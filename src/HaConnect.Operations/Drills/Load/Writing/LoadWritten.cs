namespace HaConnect.Operations.Drills.Load;

/// <summary>What writers came to.</summary>
/// <param name="Acked">Writes that were acked.</param>
/// <param name="Failed">Writes that ended with an error.</param>
/// <param name="FirstError">The first of these; null where there is none.</param>
/// <param name="Took">The step's time, or until the last was acked, where that came later.</param>
/// <param name="Latencies">From the begin of each acked write to its ack, as an application sees it.</param>
internal sealed record LoadWritten(long Acked, long Failed, string? FirstError, TimeSpan Took, LatencyHistogram Latencies)
{
    internal double PerSecond => Took > TimeSpan.Zero ? Acked / Took.TotalSeconds : 0;
}
