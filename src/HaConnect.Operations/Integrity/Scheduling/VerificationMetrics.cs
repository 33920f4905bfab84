using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace HaConnect.Operations.Integrity;

/// <summary>The last outcome of each node, as metrics. Names and units follow OpenTelemetry's conventions.</summary>
internal sealed class VerificationMetrics : IDisposable
{
    private readonly ConcurrentDictionary<string, (double Rate, double At, long Different)> _last = new(StringComparer.Ordinal);
    private readonly KeyValuePair<string, object?> _cluster;
    private readonly Meter _meter = new(OperationsMeter.Name);

    internal VerificationMetrics(string cluster)
    {
        _cluster = new(OperationsMeter.Cluster, cluster);
        _meter.CreateObservableGauge("haconnect.verification.rate", () => Each(l => l.Rate), "1", "Rows that the last verification found equal, of all.");
        _meter.CreateObservableGauge("haconnect.verification.time", () => Each(l => l.At), "s", "When the last verification ended, in unix time.");
        _meter.CreateObservableGauge("haconnect.verification.differences", () => Each(l => l.Different), "{row}", "Rows that the last verification found different.");
    }

    internal void Set(VerificationReport report, DateTimeOffset at) => _last[report.Right] = (report.Rate, at.ToUnixTimeMilliseconds() / 1000.0, report.DifferentRows);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<T>> Each<T>(Func<(double Rate, double At, long Different), T> of)
        where T : struct => _last.Select(l => new Measurement<T>(of(l.Value), _cluster, new("haconnect.node", l.Key)));
}
