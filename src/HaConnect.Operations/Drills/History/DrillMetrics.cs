using System.Diagnostics.Metrics;

namespace HaConnect.Operations.Drills.History;

/// <summary>The metrics of drills, from the meter <c>HaConnect.Operations</c>. Nothing is measured before the history was read once.</summary>
internal sealed class DrillMetrics : IDisposable
{
    private readonly KeyValuePair<string, object?> _cluster;
    private readonly Func<DrillHistory?> _history;

    internal DrillMetrics(string cluster, Func<DrillHistory?> history)
    {
        (_cluster, _history) = (new(OperationsMeter.Cluster, cluster), history);
        Meter = new Meter(OperationsMeter.Name);
        Meter.CreateObservableGauge("haconnect.drill.last_passed", () => PerKind<double>(d => d.Passed, d => (double)d.At.ToUnixTimeMilliseconds() / 1000), "s", "When the last drill that was passed, and counts, began: seconds since 1970.");
        Meter.CreateObservableGauge("haconnect.drill.overdue", Overdue, "{drill}", "1 while too few drills of this kind were passed within the time that is demanded.");
        Meter.CreateObservableGauge("haconnect.drill.recovery.time", () => PerKind<double>(_ => true, d => d.Recovery?.TotalSeconds), "s", "How long the last drill took from the fault to the first acked write, or until what was restored could be used.");
        Meter.CreateObservableGauge("haconnect.drill.recovery.target", () => PerKind<double>(_ => true, d => d.RecoveryTarget?.TotalSeconds), "s", "What that was to be at most.");
        Meter.CreateObservableGauge("haconnect.drill.lost_writes", () => PerKind<long>(_ => true, d => d.LostWrites), "{write}", "Acked writes that the last drill lost.");
    }

    /// <summary>Of this history alone, so that it can be listened to apart from others.</summary>
    internal Meter Meter { get; }

    public void Dispose() => Meter.Dispose();

    private IEnumerable<Measurement<int>> Overdue() => (_history()?.Standings ?? []).Select(s => new Measurement<int>(s.IsOverdue ? 1 : 0, _cluster, Of(s.Requirement.Kind)));

    /// <summary>Of the last drill of each kind that counts; nothing where it was not measured.</summary>
    private IEnumerable<Measurement<T>> PerKind<T>(Func<DrillOutcome, bool> which, Func<DrillOutcome, T?> value)
        where T : struct =>
        (_history()?.Counted ?? []).Where(which).GroupBy(d => d.Kind).Select(g => (Kind: g.Key, Value: value(g.Last()))).Where(m => m.Value is not null).Select(m => new Measurement<T>(m.Value!.Value, _cluster, Of(m.Kind)));

    private static KeyValuePair<string, object?> Of(DrillKind kind) => new("haconnect.drill", kind.ToString().ToLowerInvariant());
}
