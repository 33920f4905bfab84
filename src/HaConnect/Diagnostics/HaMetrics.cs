using System.Diagnostics.Metrics;
using HaConnect.Probing;
using HaConnect.Routing;
using HaConnect.Status;
using HaConnect.Topology;

namespace HaConnect.Diagnostics;

/// <summary>Every metric, from the meter <c>HaConnect</c>. Names and units follow OpenTelemetry's conventions.</summary>
internal sealed class HaMetrics : IDisposable
{
    internal const string MeterName = "HaConnect";

    /// <summary>The meter of HaConnect.Operations: verifications, drills, backups, servers.</summary>
    internal const string OperationsMeterName = "HaConnect.Operations";

    private static readonly string[] RoutingReasons = ["fresh_replica", "fallback_primary", "fallback_freshest", "none", "spill_limit"];
    private readonly Meter _meter;
    private readonly Counter<long> _routed;
    private readonly Histogram<double> _waits;
    private readonly Counter<long> _connectionErrors;
    private long _established;
    private long _refused;
    private readonly Histogram<double> _failoverDuration;
    private readonly KeyValuePair<string, object?> _cluster;
    private readonly Func<ClusterSnapshot> _snapshot;

    internal HaMetrics(string clusterName, Func<ClusterSnapshot> snapshot)
    {
        _snapshot = snapshot;
        _cluster = new("haconnect.cluster", clusterName);
        _meter = new Meter(MeterName);
        _meter.CreateObservableGauge("haconnect.node.up", () => PerNode(n => n.Reachability == NodeReachability.Reachable ? 1 : 0), "{node}", "1 while the node answers probes.");
        _meter.CreateObservableGauge("haconnect.node.role", Roles, "{node}", "1 for the role a node has: primary, standby, unknown or quarantined.");
        _meter.CreateObservableGauge("haconnect.primaries", () => new Measurement<int>(_snapshot().Nodes.Count(n => n is { Role: NodeRole.Primary, Reachability: NodeReachability.Reachable, IsForeign: false }), _cluster), "{node}", "Nodes that answer as a primary: one that is quarantined counts too.");
        _meter.CreateObservableGauge("haconnect.term", Terms, "{term}", "The newest established term that was seen.");
        _meter.CreateObservableGauge("haconnect.quorum.margin", () => new Measurement<int>(MarginOf(_snapshot()), _cluster), "{voter}", "How many of the voters in sight may still be lost until no majority is left; below zero there is none.");
        _meter.CreateObservableGauge("haconnect.office.held", OfficesHeld, "{cluster}", "1 while some instance is seen to hold the coordinator's locks.");
        _meter.CreateObservableGauge("haconnect.loop.age", () => new Measurement<double>(LoopAge().TotalSeconds, _cluster), "s", "How long a loop of this instance has gone without a turn beyond its pause: now, or at worst within the last half minute.");
        _meter.CreateObservableGauge("haconnect.replica.lag.time", LagTimes, "s", "Proven upper bound of the staleness of a standby.");
        _meter.CreateObservableGauge("haconnect.replica.lag.size", LagBytes, "By", "WAL between the primary's insert position and the standby's replay position.");
        _meter.CreateObservableGauge("haconnect.coordinator", () => new Measurement<int>(HoldsCoordination ? 1 : 0, _cluster), "{instance}", "1 while this instance is the coordinator.");
        _meter.CreateObservableGauge("haconnect.replication.stalled", () => new Measurement<int>(_snapshot().IsReplicationStalled ? 1 : 0, _cluster), "{cluster}", "1 while commits wait for synchronous standbys that do not stream.");
        _meter.CreateObservableGauge("haconnect.majority.lost", () => new Measurement<int>(_snapshot().IsWithoutMajority ? 1 : 0, _cluster), "{instance}", "1 while too few voters are in this instance's sight, so that it refuses what Failover.WithoutMajority says.");
        _routed = _meter.CreateCounter<long>(RoutingDecisions, "{decision}", "Reads routed, by node, its role and the reason; without a node, refused.");
        _waits = _meter.CreateHistogram<double>("haconnect.primary.wait.duration", "s", "How long opens waited for a primary.");
        _connectionErrors = _meter.CreateCounter<long>("haconnect.connection.errors", "{error}", "Failed opens and operations, by node and SQLSTATE class.");
        // Observable, so that it is there from the beginning, at zero: the rate of a counter that appears with its first failover would not tell of that one.
        _meter.CreateObservableCounter("haconnect.failovers", Failovers, "{failover}", "Failovers that this instance coordinated, by outcome.");
        _failoverDuration = _meter.CreateHistogram<double>("haconnect.failover.duration", "s", "From the verdict that the primary is lost to the established successor.");
    }

    internal const string RoutingDecisions = "haconnect.routing.decisions";

    /// <summary>Of this data source alone, so that it can be listened to apart from others.</summary>
    internal Meter Meter => _meter;

    internal bool HoldsCoordination { get; set; }

    /// <summary>Asked for the age of this instance's loops; zero where there are none.</summary>
    internal Func<TimeSpan> LoopAge { get; set; } = static () => TimeSpan.Zero;

    internal static string NameOf(RoutingReason reason) => RoutingReasons[(int)reason];

    internal void Routed(Node node, RoutingReason reason)
    {
        if (!_routed.Enabled)
            return;
        var role = reason == RoutingReason.FallbackToPrimary ? "primary" : "standby";
        _routed.Add(1, _cluster, new("haconnect.node", node.Name), new("haconnect.role", role), new("haconnect.reason", NameOf(reason)));
    }

    /// <summary>A read that was refused, since as many go to the primary as may.</summary>
    internal void Refused() => _routed.Add(1, _cluster, new KeyValuePair<string, object?>("haconnect.reason", NameOf(RoutingReason.SpillLimit)));

    internal void WaitedForPrimary(TimeSpan duration) => _waits.Record(duration.TotalSeconds, _cluster);

    internal void ConnectionFailed(Node node, Exception exception)
    {
        if (!_connectionErrors.Enabled)
            return;
        var failure = ErrorClassifier.Classify(exception);
        _connectionErrors.Add(1, _cluster, new("haconnect.node", node.Name), new("haconnect.sqlstate_class", failure.SqlState is { Length: >= 2 } state ? state[..2] : failure.Kind.ToString()));
    }

    internal void FailoverEnded(bool succeeded, TimeSpan duration)
    {
        Interlocked.Increment(ref succeeded ? ref _established : ref _refused);
        _failoverDuration.Record(duration.TotalSeconds, _cluster, Outcome(succeeded));
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Outcome(bool succeeded) => new("haconnect.outcome", succeeded ? "established" : "refused");

    private Measurement<long>[] Failovers() => [new(Interlocked.Read(ref _established), _cluster, Outcome(succeeded: true)), new(Interlocked.Read(ref _refused), _cluster, Outcome(succeeded: false))];

    private Measurement<long>[] Terms() => _snapshot().NewestTerm is { } term ? [new(term.Term, _cluster)] : [];

    /// <summary>Of a cluster that nobody is to coordinate, and of one of which nothing is seen, it says nothing.</summary>
    private Measurement<int>[] OfficesHeld()
    {
        var snapshot = _snapshot();
        if (snapshot.NewestTerm is null || snapshot.IsGivenUp || !snapshot.Nodes.Any(n => n.Reachability == NodeReachability.Reachable))
            return [];
        return [new(HoldsCoordination || CoordinatorWords.LocksHeldOn(snapshot).Count > 0 ? 1 : 0, _cluster)];
    }

    /// <summary>The number of voters is the configured one, whoever is in reach.</summary>
    private static int MarginOf(ClusterSnapshot snapshot)
    {
        var voters = snapshot.Witnesses.Count + snapshot.Nodes.Count(n => n.Node.IsConfigured);
        var seen = snapshot.Witnesses.Count(w => w.IsHeard) + snapshot.Nodes.Count(n => n is { Node.IsConfigured: true, Reachability: NodeReachability.Reachable, IsForeign: false });
        return seen - (voters / 2 + 1);
    }

    private IEnumerable<Measurement<int>> PerNode(Func<NodeSnapshot, int> value) =>
        _snapshot().Nodes.Select(n => new Measurement<int>(value(n), _cluster, new("haconnect.node", n.Name)));

    private IEnumerable<Measurement<int>> Roles()
    {
        var snapshot = _snapshot();
        return snapshot.Nodes.Select(n => new Measurement<int>(1, _cluster, new("haconnect.node", n.Name), new("haconnect.role", RoleOf(n, snapshot))));
    }

    private static string RoleOf(NodeSnapshot node, ClusterSnapshot snapshot) => node.Role switch
    {
        NodeRole.Standby => "standby",
        NodeRole.Primary => ReferenceEquals(node, snapshot.Primary) ? "primary" : "quarantined",
        _ => "unknown",
    };

    private IEnumerable<Measurement<double>> LagTimes() =>
        _snapshot().Nodes.Where(n => n.Lag is not null).Select(n => new Measurement<double>(n.Lag!.Value.Time.TotalSeconds, _cluster, new("haconnect.node", n.Name)));

    private IEnumerable<Measurement<long>> LagBytes() =>
        _snapshot().Nodes.Where(n => n.Lag is not null).Select(n => new Measurement<long>(n.Lag!.Value.Bytes, _cluster, new("haconnect.node", n.Name)));
}
