using System.Diagnostics.Metrics;
using HaConnect.Diagnostics;
using HaConnect.Probing;
using HaConnect.Routing;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Tests.Diagnostics;

public sealed class HaMetricsTests
{
    [Fact]
    public void Instruments_AllEvents_HaveTheirTags()
    {
        var node = Given.Node(0, "a");
        var primary = new NodeSnapshot(node) { Role = NodeRole.Primary, Reachability = NodeReachability.Reachable, Reason = "" };
        var old = new NodeSnapshot(Given.Node(1, "b")) { Role = NodeRole.Primary, Reachability = NodeReachability.Unreachable, Reason = "" };
        var standby = new NodeSnapshot(Given.Node(2, "c")) { Role = NodeRole.Standby, Reachability = NodeReachability.Reachable, Reason = "", Lag = new ReplicaLag(42, TimeSpan.FromSeconds(0.5), default) };
        var unseen = new NodeSnapshot(Given.Node(3, "d")) { Reason = "" };
        var snapshot = new ClusterSnapshot { Nodes = [primary, old, standby, unseen], Primary = primary, NewestTerm = new TermRow(7, "a", ["c"], 1, IsEstablished: true), IsReplicationStalled = true, IsWithoutMajority = true, TakenAt = default, Reason = "" };
        const string Cluster = "metrics-test"; // other tests use the same meter
        using var metrics = new HaMetrics(Cluster, () => snapshot) { LoopAge = () => TimeSpan.FromSeconds(5) };
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "HaConnect")
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Record(i, v, tags));
        listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Record(i, v, tags));
        listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Record(i, v, tags));
        listener.Start();

        metrics.HoldsCoordination = true;
        metrics.Routed(node, RoutingReason.FreshReplica);
        metrics.Routed(node, RoutingReason.FallbackToPrimary);
        metrics.WaitedForPrimary(TimeSpan.FromSeconds(2));
        metrics.ConnectionFailed(node, new PostgresException("m", "FATAL", "FATAL", "57P01"));
        metrics.ConnectionFailed(node, new TimeoutException());
        metrics.FailoverEnded(succeeded: true, TimeSpan.FromSeconds(3));
        metrics.FailoverEnded(succeeded: false, TimeSpan.FromSeconds(4));
        listener.RecordObservableInstruments();

        Assert.Equal(
        [
            "haconnect.connection.errors {error} 1 node=a sqlstate_class=57",
            "haconnect.connection.errors {error} 1 node=a sqlstate_class=TimedOut",
            "haconnect.coordinator {instance} 1",
            "haconnect.failover.duration s 3 outcome=established",
            "haconnect.failover.duration s 4 outcome=refused",
            "haconnect.failovers {failover} 1 outcome=established",
            "haconnect.failovers {failover} 1 outcome=refused",
            "haconnect.loop.age s 5",
            "haconnect.majority.lost {instance} 1",
            "haconnect.node.role {node} 1 node=a role=primary",
            "haconnect.node.role {node} 1 node=b role=quarantined",
            "haconnect.node.role {node} 1 node=c role=standby",
            "haconnect.node.role {node} 1 node=d role=unknown",
            "haconnect.node.up {node} 0 node=b",
            "haconnect.node.up {node} 0 node=d",
            "haconnect.node.up {node} 1 node=a",
            "haconnect.node.up {node} 1 node=c",
            "haconnect.office.held {cluster} 1",
            "haconnect.primaries {node} 1",
            "haconnect.primary.wait.duration s 2",
            "haconnect.quorum.margin {voter} -1",
            "haconnect.replica.lag.size By 42 node=c",
            "haconnect.replica.lag.time s 0.5 node=c",
            "haconnect.replication.stalled {cluster} 1",
            "haconnect.routing.decisions {decision} 1 node=a role=primary reason=fallback_primary",
            "haconnect.routing.decisions {decision} 1 node=a role=standby reason=fresh_replica",
            "haconnect.term {term} 7",
        ], seen.Order(StringComparer.Ordinal));

        void Record<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var all = tags.ToArray();
            if (Equals(all.FirstOrDefault(t => t.Key == "haconnect.cluster").Value, Cluster))
                seen.Add(string.Join(' ', [$"{instrument.Name} {instrument.Unit} {value}", .. all.Where(t => t.Key != "haconnect.cluster").Select(t => $"{t.Key["haconnect.".Length..]}={t.Value}")]));
        }
    }

    [Fact]
    public void Instruments_TwoPrimariesNobodyElected_AreTold()
    {
        var first = new NodeSnapshot(Given.Node(0, "a")) { Role = NodeRole.Primary, Reachability = NodeReachability.Reachable, Reason = "" };
        var second = new NodeSnapshot(Given.Node(1, "b")) { Role = NodeRole.Primary, Reachability = NodeReachability.Reachable, Reason = "" };
        var extra = new NodeSnapshot(Given.Node(2, "x", isConfigured: false)) { Role = NodeRole.Standby, Reachability = NodeReachability.Reachable, Reason = "" };
        var snapshot = new ClusterSnapshot { Nodes = [first, second, extra], Primary = first, NewestTerm = new TermRow(1, "a", [], 0, IsEstablished: true), TakenAt = default, Reason = "" };

        var seen = Gauges(snapshot);

        Assert.Equal(2, seen["haconnect.primaries"]);
        Assert.Equal(0, seen["haconnect.office.held"]);
        Assert.Equal(0, seen["haconnect.quorum.margin"]); // of two voters, neither may be lost
    }

    [Fact]
    public void Instruments_NoTermWasSeen_SayNothingOfTheOffice()
    {
        var snapshot = new ClusterSnapshot { Nodes = [new NodeSnapshot(Given.Node(0, "a")) { Reachability = NodeReachability.Reachable, Reason = "" }], TakenAt = default, Reason = "" };

        var seen = Gauges(snapshot);

        Assert.DoesNotContain("haconnect.office.held", seen.Keys);
        Assert.DoesNotContain("haconnect.term", seen.Keys);
        Assert.Equal(0, seen["haconnect.primaries"]);
    }

    private static Dictionary<string, double> Gauges(ClusterSnapshot snapshot)
    {
        using var metrics = new HaMetrics("gauges", () => snapshot);
        var seen = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((i, v, _, _) => seen[i.Name] = v);
        listener.SetMeasurementEventCallback<int>((i, v, _, _) => seen[i.Name] = v);
        listener.SetMeasurementEventCallback<double>((i, v, _, _) => seen[i.Name] = v);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
