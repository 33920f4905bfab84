using HaConnect.Operations.Drills.History;

namespace HaConnect.Operations.Drills.Schedule;

/// <summary>When a schedule begins a drill, by what is on record alone: a restart changes nothing. Pure.</summary>
internal static class ScheduleRule
{
    /// <summary>How long before the history would be overdue one is begun, be its cadence not over: the one before came late.</summary>
    internal static readonly TimeSpan Lead = TimeSpan.FromDays(5);

    /// <summary>From when on the next one is due.</summary>
    internal static DateTimeOffset DueAt(DrillKind kind, string cluster, DrillLedger ledger, DrillHistoryOptions history, DrillScheduleOptions options, DateTimeOffset now)
    {
        // Its own drills count for it wherever they ran, since it is they that are repeated; others as they do for the history.
        var ended = ledger.Outcomes.Where(o => o.Outcome.Kind == kind && (o.By == BegunDrill.Schedule ? o.IsOf(cluster) : o.MayCount(cluster, history.CountsLocalDrills))).ToList();
        List<DateTimeOffset> passed = [.. ended.Where(o => o.Outcome.Passed).Select(o => o.Outcome.At)];
        List<DateTimeOffset> attempts = [.. ended.Select(o => o.Outcome.At), .. ledger.Begun.Where(b => b.Kind == kind && b.Cluster == cluster).Select(b => b.At)];
        if (attempts.Count == 0)
            return DateTimeOffset.MinValue;
        var (last, due) = (attempts.Max(), passed.Count > 0 ? passed.Max() + options.Cadence : DateTimeOffset.MinValue);
        if (history.Requirements.FirstOrDefault(r => r.Kind == kind) is { } requirement)
            due = Earlier(due, DrillRule.Of(requirement, passed, history.Since ?? ledger.Since, now).Due - Lead ?? DateTimeOffset.MinValue);
        return last + options.RetryAfter > due ? last + options.RetryAfter : due;
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

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
