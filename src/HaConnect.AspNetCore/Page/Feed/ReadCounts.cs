using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using HaConnect.Diagnostics;

namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>Counts this data source's reads by node, from its metric, as long as it is not disposed: routing need not count while nobody looks.</summary>
internal sealed class ReadCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, StrongBox<long>> _counts = new(StringComparer.Ordinal);

    internal ReadCounts(HaMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter) && instrument.Name == HaMetrics.RoutingDecisions)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.Start();
    }

    internal long Of(string node) => _counts.TryGetValue(node, out var count) ? Interlocked.Read(ref count.Value) : 0;

    public void Dispose() => _listener.Dispose();

    private void Count(Instrument instrument, long measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (var tag in tags)
        {
            if (tag is not { Key: "haconnect.node", Value: string node })
                continue;
            if (!_counts.TryGetValue(node, out var count))
                count = _counts.GetOrAdd(node, static _ => new StrongBox<long>());
            Interlocked.Add(ref count.Value, measurement);
            return;
        }
    }
}
