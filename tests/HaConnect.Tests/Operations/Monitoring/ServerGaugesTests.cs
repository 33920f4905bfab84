using System.Diagnostics.Metrics;
using HaConnect.Operations;
using HaConnect.Operations.Monitoring;

namespace HaConnect.Tests.Operations.Monitoring;

public sealed class ServerGaugesTests
{
    private const string Cluster = "gauges-of-servers"; // other tests may use the same meter

    [Fact]
    public void Publish_TwoServers_GivesWhatEachHasAndNothingElse()
    {
        using var gauges = new ServerGauges(Cluster);
        gauges.Publish(
        [
            new ServerSample("n1") { ArchiveFails = true, ArchiveAge = 7, Connections = 12, MaxConnections = 100, TransactionAge = 0, Slots = [("reports", 4096)], Databases = [("app", 8192)] },
            new ServerSample("n2") { Connections = 3, MaxConnections = 50 },
        ]);

        Assert.Equal(
        [
            "haconnect.server.archive.age s 7 node=n1",
            "haconnect.server.archive.failing {node} 1 node=n1",
            "haconnect.server.connections {connection} 12 node=n1",
            "haconnect.server.connections {connection} 3 node=n2",
            "haconnect.server.connections.max {connection} 100 node=n1",
            "haconnect.server.connections.max {connection} 50 node=n2",
            "haconnect.server.database.size By 8192 node=n1 database=app",
            "haconnect.server.slot.retained By 4096 node=n1 slot=reports",
            "haconnect.server.transaction.age s 0 node=n1",
        ], Seen());
    }

    [Fact]
    public void Publish_ServerCannotBeReadAnyMore_TellsNothingOld()
    {
        using var gauges = new ServerGauges(Cluster);
        gauges.Publish([new ServerSample("n1") { Connections = 12, MaxConnections = 100 }]);
        Assert.NotEmpty(Seen());

        gauges.Publish([null]);

        Assert.Empty(Seen());
    }

    private static IEnumerable<string> Seen()
    {
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == OperationsMeter.Name)
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            var all = tags.ToArray();
            if (Equals(all.FirstOrDefault(t => t.Key == OperationsMeter.Cluster).Value, Cluster))
                seen.Add(string.Join(' ', [$"{instrument.Name} {instrument.Unit} {value}", .. all.Where(t => t.Key != OperationsMeter.Cluster).Select(t => $"{t.Key["haconnect.".Length..]}={t.Value}")]));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return seen.Order(StringComparer.Ordinal);
    }
}
