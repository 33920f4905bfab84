using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HaConnect.AspNetCore.Health;

/// <summary>Whether a cluster is fit for this instance's requests. Pure: the same snapshot and moment give the same findings, and nobody is asked.</summary>
internal static class HealthJudge
{
    /// <param name="snapshot">The cluster.</param>
    /// <param name="limits">What it is measured against.</param>
    /// <param name="time">Tells how long the time between two timestamps is.</param>
    /// <param name="now">Now, by it.</param>
    /// <returns>What is not as it should be; empty where all is.</returns>
    internal static IReadOnlyList<HealthFinding> Judge(ClusterSnapshot snapshot, HealthLimits limits, TimeProvider time, long now) =>
    [
        .. Loops(snapshot, limits, time, now),
        .. Primary(snapshot, limits, time, now),
        .. Replicas(snapshot, limits, time, now),
        .. Quorum(snapshot, limits),
    ];

    /// <summary>Whether a read with the bound may be made at a node now.</summary>
    internal static bool IsFresh(ClusterSnapshot snapshot, NodeSnapshot node, TimeSpan bound, TimeProvider time, long now) =>
        snapshot.ReadTargetOf(node.Node) is { FreshAsOf: not Topology.StalenessLedger.None } target && time.GetElapsedTime(target.FreshAsOf, now) <= bound;

    private static IEnumerable<HealthFinding> Loops(ClusterSnapshot snapshot, HealthLimits limits, TimeProvider time, long now)
    {
        foreach (var node in snapshot.Nodes)
        {
            // A probe opens a session and asks twice at most; before the first one the node's own reason says so.
            if (node.ProbedAt is { } probed && time.GetElapsedTime(probed, now) is var age && age > limits.LoopTimeout + (limits.ProbeTimeout * 3) + node.NextProbeWithin)
                yield return Unhealthy($"{NodeNames.Of(node)} has not been probed for {age.TotalSeconds:0} s: its probe loop does not turn, and what is known of the cluster is old");
        }
    }

    private static IEnumerable<HealthFinding> Primary(ClusterSnapshot snapshot, HealthLimits limits, TimeProvider time, long now)
    {
        if (snapshot is { Primary: not null, RefusesWrites: false })
        {
            if (snapshot.HoldsWrites)
                yield return Degraded($"a switchover is under way, and new writes wait for its end");
            yield break;
        }

        var why = snapshot switch
        {
            { Primary: not null } => "writes are refused, since too few voters are in this instance's sight (Failover.WithoutMajority)",
            { IsMisconfigured: true } => "no node can be used as it is configured: see the log",
            { IsComplete: false } => "there is no primary, and not every node has been probed yet",
            { NewestTerm: { IsGivenUp: false } newest } => NodeNames.Cover(string.Create(CultureInfo.InvariantCulture, $"there is no primary: term {newest.Term} belongs to {newest.Primary}, which cannot be used"), snapshot),
            _ => "there is no primary: no node out of recovery can be used",
        };
        if (snapshot.HadPrimaryUntil is not { } until)
            yield return Unhealthy($"{why}; none has been seen since the start");
        else if (time.GetElapsedTime(until, now) is var elapsed && elapsed >= limits.PrimaryGrace)
            yield return Unhealthy($"{why}, for {elapsed.TotalSeconds:0.0} s");
        else
            yield return Degraded($"{why}, for {elapsed.TotalSeconds:0.0} s: operations wait");
    }

    private static IEnumerable<HealthFinding> Replicas(ClusterSnapshot snapshot, HealthLimits limits, TimeProvider time, long now)
    {
        var isAlone = snapshot.Nodes.All(n => ReferenceEquals(n, snapshot.Primary));
        if (!isAlone && !snapshot.Nodes.Any(n => IsFresh(snapshot, n, limits.MaxReplicaLag, time, now)))
            yield return Degraded($"no replica is proven to hold what was acked {limits.MaxReplicaLag.TotalSeconds:0.###} s ago");
    }

    private static IEnumerable<HealthFinding> Quorum(ClusterSnapshot snapshot, HealthLimits limits)
    {
        if (snapshot is { IsReplicationStalled: true, HoldsWrites: false }) // in a switchover nobody bears the names that must ack
            yield return Degraded($"commits wait: fewer synchronous standbys stream than must flush them");
        if (snapshot is { IsWithoutMajority: true, RefusesWrites: false })
            yield return Degraded($"more than half of the voters are out of this instance's sight: they could have elected another primary");
        else if (snapshot.MajorityLostIn is not null)
            yield return Degraded($"more than half of the voters have gone out of this instance's sight");
        if (snapshot is not { Primary: { } primary, NewestTerm: { IsGivenUp: false } term })
            yield break;
        if (term.Required == 0 && limits.Required > 0)
        {
            yield return Degraded($"the primary takes writes alone, and there is no failover from it, until a synchronous standby has caught up");
            yield break;
        }

        if (term.Required > 0 && primary.Senders.Any(s => s.State is not null)) // else they may not be seen (pg_monitor)
        {
            foreach (var finding in Losses(snapshot, primary, term, limits))
                yield return finding;
        }
    }

    /// <summary>Of the standbys that could ack some do not; a topology that can bear no loss when it is whole is not found fault with.</summary>
    private static IEnumerable<HealthFinding> Losses(ClusterSnapshot snapshot, NodeSnapshot primary, Probing.TermRow term, HealthLimits limits)
    {
        var named = term.SynchronousStandbys.Count;
        var acking = term.SynchronousStandbys.Where(n => primary.Senders.Any(s => s.IsStreaming && string.Equals(s.ApplicationName, n, StringComparison.OrdinalIgnoreCase))).ToList();
        var missing = term.SynchronousStandbys.Union(limits.MayAck, StringComparer.Ordinal).Except([primary.Name, .. acking], StringComparer.Ordinal).ToList();
        if (missing.Count == 0)
            yield break;
        var names = NodeNames.Cover(string.Join(", ", missing), snapshot);
        if (acking.Count == term.Required)
            yield return Degraded($"without {names} commits wait with one more loss: {acking.Count} of {named} synchronous standbys stream, and {term.Required} must flush each commit");
        if (acking.Count < named - term.Required + 1)
            yield return Degraded($"without {names} a failover cannot be made: it needs {named - term.Required + 1} of {named} synchronous standbys, and {acking.Count} stream");
    }

    private static HealthFinding Unhealthy(FormattableString reason) => new(HealthStatus.Unhealthy, FormattableString.Invariant(reason));

    private static HealthFinding Degraded(FormattableString reason) => new(HealthStatus.Degraded, FormattableString.Invariant(reason));
}
