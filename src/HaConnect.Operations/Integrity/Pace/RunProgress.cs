namespace HaConnect.Operations.Integrity;

/// <summary>How far a run is.</summary>
internal sealed class RunProgress(long estimatedRows, VerificationOptions options)
{
    private readonly TimeProvider _time = options.TimeProvider;
    private readonly long _startedAt = options.TimeProvider.GetTimestamp();
    private long _rows;
    private long _takenOver;
    private long _different;
    private volatile string? _table;

    internal TimeSpan Elapsed => _time.GetElapsedTime(_startedAt);

    internal void Begin(string table) => _table = table;

    internal void Add(long rows) => Interlocked.Add(ref _rows, rows);

    internal void TakeOver(long rows)
    {
        Interlocked.Add(ref _takenOver, rows);
        Interlocked.Add(ref _rows, rows);
    }

    internal void AddDifferent(long rows) => Interlocked.Add(ref _different, rows);

    internal void Tell(string? waiting)
    {
        var (rows, elapsed) = (Interlocked.Read(ref _rows), Elapsed);
        var estimated = Math.Max(estimatedRows, rows);
        options.Progress?.Report(new VerificationProgress(_table, rows, estimated, Interlocked.Read(ref _different), elapsed, LeftOf(rows - Interlocked.Read(ref _takenOver), estimated - rows, elapsed), waiting));
    }

    /// <summary>At the pace so far.</summary>
    internal static TimeSpan? LeftOf(long done, long rest, TimeSpan elapsed) => done <= 0 ? null : elapsed * (rest / (double)done);
}
