namespace HaConnect.Benchmarks.Gate;

/// <summary>What a limit is about.</summary>
internal enum Measure
{
    /// <summary>Time for one operation, in nanoseconds: the median of the rounds' medians.</summary>
    Nanoseconds,

    /// <summary>Median time over the baseline's in the same round; the median of the rounds.</summary>
    TimeRatio,

    /// <summary>
    /// Bytes allocated by one operation, in the round with the fewest: the count is exact but for what the probes allocate in the background
    /// meanwhile, which only adds.
    /// </summary>
    Bytes,

    /// <summary>Bytes allocated beyond what the baseline allocates, both as <see cref="Bytes"/>.</summary>
    BytesOver,
}
