namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>The newest decisions. Thread-safe.</summary>
internal sealed class DecisionRing
{
    internal const int Capacity = 100;

    private readonly Lock _lock = new();
    private readonly Queue<Decision> _kept = new(Capacity);
    private long _last;

    /// <summary>The number of the newest one; 0 for none.</summary>
    internal long Version => Interlocked.Read(ref _last);

    internal void Add(DateTimeOffset at, string source, string level, long? term, string text)
    {
        lock (_lock)
        {
            if (_kept.Count == Capacity)
                _kept.Dequeue();
            _kept.Enqueue(new Decision(_last + 1, at, source, level, term, text));
            Interlocked.Increment(ref _last);
        }
    }

    /// <summary>The newest first.</summary>
    internal (long Version, IReadOnlyList<Decision> Newest) Read()
    {
        lock (_lock)
            return (_last, [.. _kept.Reverse()]);
    }
}
