using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace HaConnect.Operations.Integrity;

/// <summary>The last outcome of each node, as metrics. Names and units follow OpenTelemetry's conventions.</summary>
internal sealed class VerificationMetrics : IDisposable
{
    private readonly ConcurrentDictionary<string, NodeOutcome> _last = new(StringComparer.Ordinal);
    private readonly KeyValuePair<string, object?> _cluster;
    private readonly Meter _meter = new(OperationsMeter.Name);

    internal VerificationMetrics(string cluster)
    {
        _cluster = new(OperationsMeter.Cluster, cluster);
        _meter.CreateObservableGauge("haconnect.verification.rate", () => Each(l => l.Rate), "1", "Rows that the last verification with a verdict found equal, of all.");
        _meter.CreateObservableGauge("haconnect.verification.time", () => Each(l => (double?)l.At), "s", "When the last verification with a verdict ended, in unix time; 0 where none of this process has come to one.");
        _meter.CreateObservableGauge("haconnect.verification.differences", () => Each(l => l.Different), "{row}", "Rows that the last verification found different, and what else differs, each as one.");
    }

    internal void Set(VerificationReport report, DateTimeOffset at) => _last.AddOrUpdate(report.Right, (_, news) => default(NodeOutcome).With(news.report, news.at), (_, known, news) => known.With(news.report, news.at), (report, at));

    /// <summary>That a node was never compared is seen only where it has a time: 0, which is less than what any other process knows.</summary>
    internal void Failed(string node) => _last.TryAdd(node, default);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<T>> Each<T>(Func<NodeOutcome, T?> of)
        where T : struct
    {
        foreach (var (node, outcome) in _last)
        {
            if (of(outcome) is { } value)
                yield return new Measurement<T>(value, _cluster, new("haconnect.node", node));
        }
    }
}
