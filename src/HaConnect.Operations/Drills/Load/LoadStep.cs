namespace HaConnect.Operations.Drills.Load;

/// <summary>What a step came to.</summary>
/// <param name="Target">What was to be written.</param>
/// <param name="WritesPerSecond">What was acked.</param>
/// <param name="WalPerSecond">Bytes of WAL that the primary wrote in a second, whoever made it write; null where it could not be asked.</param>
/// <param name="Failed">Writes that ended with an error.</param>
/// <param name="FirstError">The first of these.</param>
/// <param name="Median">From the begin of a write to its ack; half took no longer.</param>
/// <param name="P99">99 in 100 took no longer.</param>
/// <param name="Lags">Of each standby.</param>
/// <param name="Nodes">What it did to each node.</param>
/// <param name="Took">How long it was.</param>
internal sealed record LoadStep(LoadRate Target, double WritesPerSecond, double? WalPerSecond, long Failed, string? FirstError, TimeSpan? Median, TimeSpan? P99, IReadOnlyList<StandbyLoadLag> Lags, IReadOnlyList<NodeUse> Nodes, TimeSpan Took)
{
    /// <summary>In the target's unit; null where it is not known.</summary>
    internal double? Reached => Target.IsWal ? WalPerSecond : WritesPerSecond;

    /// <summary>How much WAL a write makes at the least, by this step and those before: whole pages behind a checkpoint add to it for a while, and what was reckoned from them would ask for too few writes of the next.</summary>
    internal double LeastWalPerWrite(double before) => WritesPerSecond > 0 && WalPerSecond is { } wal ? Math.Min(before, wal / WritesPerSecond) : before;

    /// <summary>Of all standbys; null where there is none, or one is not proven throughout.</summary>
    internal TimeSpan? GreatestLag => Lags.Count > 0 && Lags.All(l => l.Time is not null) ? Lags.Max(l => l.Time) : null;
}
