namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>For how long there has been no node to write to, and the last times that were over. Thread-safe.</summary>
internal sealed class WriteGap(TimeProvider time)
{
    private const int Kept = 32;

    private readonly Lock _lock = new();
    private readonly Queue<(long EndedAt, TimeSpan Length)> _ended = new(Kept);
    private long? _since;

    /// <summary>To be told of every snapshot, or of every one that differs in this.</summary>
    internal void Observe(bool isWritable)
    {
        lock (_lock)
        {
            if (!isWritable)
            {
                _since ??= time.GetTimestamp();
                return;
            }

            if (_since is not { } since)
                return;
            _since = null;
            if (_ended.Count == Kept)
                _ended.Dequeue();
            var now = time.GetTimestamp();
            _ended.Enqueue((now, time.GetElapsedTime(since, now)));
        }
    }

    /// <summary>Zero while there is one.</summary>
    internal TimeSpan Now
    {
        get
        {
            lock (_lock)
                return _since is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;
        }
    }

    /// <summary>The longest that ended after a moment; a short one is not to be missed between two samples.</summary>
    internal TimeSpan LongestEndedSince(long timestamp)
    {
        lock (_lock)
            return _ended.Where(e => e.EndedAt > timestamp).Select(e => e.Length).DefaultIfEmpty().Max();
    }
}
