using System.Diagnostics.Metrics;

namespace HaConnect.Tests.Operations.Drills.History;

/// <summary>What a monitoring system would read from a meter.</summary>
internal sealed class MeterReading : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Instrument, string Drill, double Value)> _values = [];

    internal MeterReading(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>By the attribute haconnect.drill.</summary>
    internal IReadOnlyDictionary<string, double> Read(string instrument)
    {
        _values.Clear();
        _listener.RecordObservableInstruments();
        return _values.Where(v => v.Instrument == instrument).ToDictionary(v => v.Drill, v => v.Value);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = tags.ToArray();
        Assert.Contains(all, t => t is { Key: "haconnect.cluster", Value: "main" });
        _values.Add((instrument.Name, (string)all.Single(t => t.Key == "haconnect.drill").Value!, value));
    }
}
