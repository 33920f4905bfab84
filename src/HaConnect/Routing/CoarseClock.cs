namespace HaConnect.Routing;

/// <summary>
/// A clock that is read in a quarter of the time, and may be late: by its granularity (1 to 16 ms), and by as long as the machine did not tick. Only
/// the system's own time has one. It is used to say "surely fresh enough", with half of the bound to spare; where it does not, the exact clock is read.
/// </summary>
internal static class CoarseClock
{
    /// <summary>Below this, half of a bound is not enough to spare for the granularity.</summary>
    private const long LeastBoundMs = 100;

    private static readonly double s_timestampsPerMs = TimeProvider.System.TimestampFrequency / 1000.0;

    /// <summary>Says something only beside a snapshot that knows it, too.</summary>
    internal static long Now => Environment.TickCount64;

    /// <summary>Null where the time is not the system's own.</summary>
    internal static long? Read(TimeProvider time) => ReferenceEquals(time, TimeProvider.System) ? Now : null;

    /// <summary>Whatever was proven of a node until this timestamp is surely within the bound; <see cref="long.MaxValue"/> where nothing is sure.</summary>
    /// <param name="snapshot">Knows the exact time and the coarse one of the moment when it was taken.</param>
    /// <param name="bound">The staleness bound.</param>
    /// <param name="now">The coarse time.</param>
    internal static long SureSince(ClusterSnapshot snapshot, TimeSpan bound, long now) =>
        snapshot.CoarseTimestamp is { } then && bound.Ticks >= LeastBoundMs * TimeSpan.TicksPerMillisecond && now >= then
            ? snapshot.Timestamp + (long)((now - then - (bound.Ticks / (2 * TimeSpan.TicksPerMillisecond))) * s_timestampsPerMs)
            : long.MaxValue;

    /// <summary>The other way round: until which coarse time what was proven until a timestamp is surely within the bound; <see cref="long.MinValue"/> where that is not sure.</summary>
    /// <param name="then">The coarse time of the snapshot; null where that is not used.</param>
    /// <param name="timestamp">Its exact time.</param>
    /// <param name="bound">The staleness bound.</param>
    /// <param name="freshAsOf">What is proven.</param>
    internal static long SureUntil(long? then, long timestamp, TimeSpan bound, long freshAsOf) =>
        then is { } taken && freshAsOf != Topology.StalenessLedger.None && bound.Ticks >= LeastBoundMs * TimeSpan.TicksPerMillisecond
            ? taken + (bound.Ticks / (2 * TimeSpan.TicksPerMillisecond)) + (long)Math.Floor((freshAsOf - timestamp) / s_timestampsPerMs)
            : long.MinValue;
}
