using System.Diagnostics.Metrics;
using HaConnect.Operations.Integrity;

namespace HaConnect.Tests.Operations.Integrity;

public sealed class VerificationMetricsTests
{
    [Fact]
    public void Failed_NodeThatWasNeverCompared_HasATimeOfNeverAndNothingElse()
    {
        const string Cluster = "never compared";
        using var metrics = new VerificationMetrics(Cluster);
        metrics.Failed("n2");
        List<(string Name, double Value)> seen = [];
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name.StartsWith("haconnect.verification.", StringComparison.Ordinal)) l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal([("haconnect.verification.time", 0)], seen);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (Equals(tag.Value, Cluster))
                    seen.Add((instrument.Name, value));
            }
        }
    }
}
