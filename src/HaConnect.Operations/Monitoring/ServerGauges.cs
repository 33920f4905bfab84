using System.Diagnostics.Metrics;

namespace HaConnect.Operations.Monitoring;

/// <summary>The metrics of servers: what was last read of each.</summary>
internal sealed class ServerGauges : IDisposable
{
    private readonly Meter _meter = new(OperationsMeter.Name);
    private readonly KeyValuePair<string, object?> _cluster;
    private volatile ServerSample[] _samples = [];

    internal ServerGauges(string cluster)
    {
        _cluster = new("haconnect.cluster", cluster);
        _meter.CreateObservableGauge("haconnect.server.archive.failing", () => Each(s => s.ArchiveFails is { } fails ? (fails ? 1 : 0) : null), "{node}", "1 while the server's last attempt to archive WAL is one that failed; only of servers that are to archive.");
        _meter.CreateObservableGauge("haconnect.server.archive.age", () => Each(s => s.ArchiveAge), "s", "Since the server last archived a file of WAL.");
        _meter.CreateObservableGauge("haconnect.server.connections", () => Each(s => s.Connections), "{connection}", "Sessions of clients on the server.");
        _meter.CreateObservableGauge("haconnect.server.connections.max", () => Each(s => s.MaxConnections), "{connection}", "The server's max_connections.");
        _meter.CreateObservableGauge("haconnect.server.transaction.age", () => Each(s => s.TransactionAge), "s", "The age of the oldest transaction of a client; zero where there is none.");
        _meter.CreateObservableGauge("haconnect.server.slot.retained", () => Each("haconnect.slot", s => s.Slots), "By", "WAL that the server keeps for a replication slot.");
        _meter.CreateObservableGauge("haconnect.server.database.size", () => Each("haconnect.database", s => s.Databases.Select(d => (d.Database, (double)d.Bytes))), "By", "The size of a database.");
    }

    /// <summary>What was read in one turn. Of a server that is not among them nothing is told any more.</summary>
    internal void Publish(IEnumerable<ServerSample?> samples) => _samples = [.. samples.OfType<ServerSample>()];

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<double>> Each(Func<ServerSample, double?> value) =>
        from sample in _samples where value(sample) is not null select new Measurement<double>(value(sample)!.Value, _cluster, new("haconnect.node", sample.Node));

    private IEnumerable<Measurement<double>> Each(string attribute, Func<ServerSample, IEnumerable<(string Name, double Value)>> values) =>
        from sample in _samples from value in values(sample) select new Measurement<double>(value.Value, _cluster, new("haconnect.node", sample.Node), new(attribute, value.Name));
}
