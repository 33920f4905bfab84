using HaConnect.Operations.Drills.History;

namespace HaConnect.Operations.Drills.Schedule;

/// <summary>When a schedule begins a drill, by what is on record alone: a restart changes nothing. Pure.</summary>
internal static class ScheduleRule
{
    /// <summary>From when on the next one is due.</summary>
    internal static DateTimeOffset DueAt(DrillKind kind, string cluster, DrillLedger ledger, DrillHistoryOptions history, DrillScheduleOptions options)
    {
        // Its own drills count for it wherever they ran, since it is they that are repeated; others as they do for the history.
        var ended = ledger.Outcomes.Where(o => o.Outcome.Kind == kind && (o.By == BegunDrill.Schedule ? o.IsOf(cluster) : o.MayCount(cluster, history.CountsLocalDrills))).ToList();
        DateTimeOffset? passed = ended.Where(o => o.Outcome.Passed).Select(o => (DateTimeOffset?)o.Outcome.At).Max();
        DateTimeOffset? begun = ended.Select(o => (DateTimeOffset?)o.Outcome.At).Concat(ledger.Begun.Where(b => b.Kind == kind && b.Cluster == cluster).Select(b => (DateTimeOffset?)b.At)).Max();
        var due = passed + options.Cadence ?? DateTimeOffset.MinValue;
        return begun > (passed ?? DateTimeOffset.MinValue) && begun + options.RetryAfter > due ? begun.Value + options.RetryAfter : due;
    }

    /// <summary>Why a cluster is left alone; null where it is whole. A drill is no help in an incident, and would be blamed for it.</summary>
    internal static string? WhyNotWhole(ClusterSnapshot snapshot)
    {
        if (snapshot.Primary is not { } primary)
            return $"there is no primary ({snapshot.Reason})";
        if (snapshot.IsSwitchingOver)
            return "a switchover is under way";
        if (snapshot.IsWithoutMajority)
            return "too few voters are in sight";
        if (snapshot.IsReplicationStalled)
            return "commits wait for standbys that do not stream";
        if (primary.Facts?.LastState is { IsPaused: true })
            return "automatic failover is paused";
        if (primary.Facts?.LastState is { Maintained: [var maintained, ..] })
            return $"{maintained} is under maintenance";
        if (snapshot.Nodes.FirstOrDefault(n => n.Reachability != NodeReachability.Reachable) is { } away)
            return $"{away.Name} does not answer ({away.Reason})";
        return snapshot.Nodes.FirstOrDefault(n => !ReferenceEquals(n, primary) && n.Lag is null) is { } late ? $"nothing is proven of {late.Name} ({late.Reason})" : null;
    }
}
