using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HaConnect.AspNetCore.Health;

/// <summary>Tells what the snapshot says. It opens no connection: the probes do.</summary>
internal sealed class HaDatabaseHealthCheck(HaDataSource db, HaDatabaseHealthOptions options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        db.Start(); // where no host has: who waits for readiness before the first use would wait for ever
        var snapshot = db.Snapshot;
        var time = db.Runtime.Time;
        var now = time.GetTimestamp();
        var limits = HealthLimits.Of(options, db.Runtime.Options);
        var findings = HealthJudge.Judge(snapshot, limits, time, now);
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["reasons"] = findings.Select(f => f.Reason).ToArray(),
            ["nodes"] = snapshot.Nodes.ToDictionary(NodeNames.Of, n => Describe(n, snapshot, HealthJudge.IsFresh(snapshot, n, limits.MaxReplicaLag, time, now)), StringComparer.Ordinal),
        };
        if (snapshot.Primary is { } primary)
            data["primary"] = NodeNames.Of(primary);
        if (snapshot.Term is { } term)
            data["term"] = term;

        var worst = findings.Select(f => f.Status).DefaultIfEmpty(HealthStatus.Healthy).Min();
        var status = worst == HealthStatus.Unhealthy ? context.Registration.FailureStatus : worst;
        var description = findings.Count > 0 ? string.Join("; ", findings.OrderBy(f => f.Status).Select(f => f.Reason)) : $"the primary is {NodeNames.Of(snapshot.Primary!)}";
        return Task.FromResult(new HealthCheckResult(status, description, exception: null, data));
    }

    /// <summary>What a failed probe says can name hosts and users: it is in the log.</summary>
    private static string Describe(NodeSnapshot node, ClusterSnapshot snapshot, bool isFresh)
    {
        var lag = node.Lag is { } behind ? string.Create(CultureInfo.InvariantCulture, $", lag {behind.Bytes} B {behind.Time.TotalMilliseconds:0} ms") : "";
        var standing = ReferenceEquals(node, snapshot.Primary) ? ", in use as the primary" : isFresh ? ", fresh" : "";
        var reason = node is { Reachability: NodeReachability.Reachable, IsMisconfigured: false } && !isFresh && !ReferenceEquals(node, snapshot.Primary) ? $"; {NodeNames.Cover(node.Reason, snapshot)}" : "";
        return $"{node.Role}, {node.Reachability}{standing}{lag}{reason}";
    }
}
