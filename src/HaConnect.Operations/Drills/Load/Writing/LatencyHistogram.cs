namespace HaConnect.Operations.Drills.Load;

/// <summary>Counts durations in buckets that grow by 2 %, from 1 µs to more than an hour: of fixed size, however long it runs. Thread-safe.</summary>
internal sealed class LatencyHistogram
{
    private const double Growth = 1.02;
    private const int Buckets = 1200;

    private readonly long[] _counts = new long[Buckets];

    internal long Count => _counts.Sum();

    internal void Add(TimeSpan duration) => Interlocked.Increment(ref _counts[BucketOf(duration)]);

    /// <summary>The upper end of the bucket in which this share of all lies; null where there is none.</summary>
    internal TimeSpan? Percentile(double share)
    {
        var total = Count;
        if (total == 0)
            return null;
        var (rank, seen) = (Math.Max(1, (long)Math.Ceiling(share * total)), 0L);
        for (var i = 0; i < Buckets; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
                return TimeSpan.FromMicroseconds(Math.Pow(Growth, i));
        }

        return TimeSpan.FromMicroseconds(Math.Pow(Growth, Buckets));
    }

    private static int BucketOf(TimeSpan duration) => duration.TotalMicroseconds <= 1 ? 0 : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log(duration.TotalMicroseconds, Growth)));
}
