namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>The points of the last minutes, so that a page that is opened has charts at once. Thread-safe.</summary>
internal sealed class History
{
    internal const int Capacity = 300;

    private readonly Lock _lock = new();
    private readonly Queue<HistoryPoint> _points = new(Capacity);

    internal void Add(HistoryPoint point)
    {
        lock (_lock)
        {
            if (_points.Count == Capacity)
                _points.Dequeue();
            _points.Enqueue(point);
        }
    }

    internal IReadOnlyList<HistoryPoint> Read()
    {
        lock (_lock)
            return [.. _points];
    }
}
