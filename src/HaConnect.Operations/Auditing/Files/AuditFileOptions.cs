namespace HaConnect.Operations;

/// <summary>How a chain of audit records is kept in its folder.</summary>
public sealed class AuditFileOptions
{
    internal const long LeastSegmentBytes = 4096;
    internal const long MostSegmentBytes = 1L << 30;
    internal static readonly TimeSpan LeastFlushTimeout = TimeSpan.FromMilliseconds(10);
    internal static readonly TimeSpan MostFlushTimeout = TimeSpan.FromMinutes(1);

    /// <summary>From what size, in bytes, a segment is sealed and the next one begun. Default 16 MiB; 4 KiB to 1 GiB.</summary>
    public long SegmentBytes { get; set; } = 16L << 20;

    /// <summary>From what age, by its first record, it is sealed with the next record that comes. Default 7 days; more than zero.</summary>
    public TimeSpan SegmentAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Sealed segments are removed that were sealed longer ago than this. Default null: none is; more than zero.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>The oldest sealed segments are removed while all are larger than this together, in bytes. Default null: none is; more than zero.</summary>
    public long? MaxTotalBytes { get; set; }

    /// <summary>
    /// How long a step of the coordinator waits until its record is on the disk. A failover must not hang on a disk that does: behind this the
    /// record is still written, and the step goes on. Default 1 s; 10 ms to 1 min.
    /// </summary>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its bounds.</exception>
    internal void Validate()
    {
        Require(SegmentBytes is >= LeastSegmentBytes and <= MostSegmentBytes, nameof(SegmentBytes), SegmentBytes, $"{LeastSegmentBytes} to {MostSegmentBytes} bytes");
        Require(SegmentAge > TimeSpan.Zero, nameof(SegmentAge), SegmentAge, "more than zero");
        Require(MaxAge is null || MaxAge > TimeSpan.Zero, nameof(MaxAge), MaxAge, "more than zero");
        Require(MaxTotalBytes is null or > 0, nameof(MaxTotalBytes), MaxTotalBytes, "more than zero");
        Require(FlushTimeout >= LeastFlushTimeout && FlushTimeout <= MostFlushTimeout, nameof(FlushTimeout), FlushTimeout, $"{LeastFlushTimeout} to {MostFlushTimeout}");
    }

    private static void Require(bool holds, string name, object? value, string bounds)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"AuditFileOptions.{name} must be {bounds}.");
    }
}
