using System.Globalization;
using HaConnect.Topology;

namespace HaConnect.Status;

/// <summary>What has changed from one snapshot to the next that a person wants to know, in sentences. Pure.</summary>
internal static class TopologyWords
{
    /// <summary>Whether anything that is shown at once has changed; positions, lags and times are no change.</summary>
    internal static bool Differs(ClusterSnapshot before, ClusterSnapshot after) =>
        !ReferenceEquals(before, after) && (TopologyWatch.Differs(before, after) || before.IsSwitchingOver != after.IsSwitchingOver || before.IsGivenUp != after.IsGivenUp
            || before.IsComplete != after.IsComplete || AsksDiffer(before, after));

    internal static IEnumerable<(string Level, long? Term, string Text)> Between(ClusterSnapshot before, ClusterSnapshot after)
    {
        foreach (var said in OfCluster(before, after))
            yield return said;
        foreach (var node in before.Nodes.Where(n => after.Of(n.Node) is null))
            yield return (Levels.Info, null, $"{node.Name} is no longer listed, and was removed");
        foreach (var node in after.Nodes)
        {
            if (OfNode(before.Of(node.Node), node, before, after) is { } said)
                yield return said;
        }
    }

    private static IEnumerable<(string Level, long? Term, string Text)> OfCluster(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (!ReferenceEquals(before.PrimaryNode, after.PrimaryNode) || before.Term != after.Term)
        {
            if (after.Primary is { } primary)
                yield return (Levels.Ok, after.Term, $"{primary.Name} is the primary on timeline {Number(primary.Timeline)}: {after.Reason}{Acks(after)}");
            else if (before.Primary is { } lost)
                yield return (Levels.Bad, before.Term, $"no primary any more ({lost.Name} was it): {after.Reason}");
        }

        if (after.HoldsWrites && !before.HoldsWrites)
            yield return (Levels.Warn, after.Term, "a switchover is under way: new writes are held");
        else if (after.IsSwitchingOver && !before.IsSwitchingOver)
            yield return (Levels.Warn, after.Term, "a switchover is announced");
        if (after.IsReplicationStalled != before.IsReplicationStalled && after.Primary is { } stalled)
            yield return after.IsReplicationStalled ? (Levels.Bad, null, $"{stalled.Name}: {stalled.Reason}") : (Levels.Ok, null, $"{stalled.Name} gets its commits acked again");
        if (after.IsWithoutMajority != before.IsWithoutMajority)
            yield return after.IsWithoutMajority ? (Levels.Bad, null, after.MajorityReason ?? after.Reason) : (Levels.Ok, null, "enough voters are in sight again");
        if (after.IsGivenUp && !before.IsGivenUp)
            yield return (Levels.Warn, null, "coordination of the cluster was given up");
        if ((StatusBuilder.IsPaused(before), StatusBuilder.IsPaused(after)) is (not null, { } paused) and var (was, now) && was != now)
            yield return paused ? (Levels.Warn, null, "automatic failover is paused") : (Levels.Ok, null, "automatic failover goes on");
    }

    private static (string Level, long? Term, string Text)? OfNode(NodeSnapshot? before, NodeSnapshot after, ClusterSnapshot earlier, ClusterSnapshot now)
    {
        if (before is null)
            return (Levels.Info, null, $"{after.Name} was discovered");
        if (after.IsMisconfigured && !before.IsMisconfigured)
            return (Levels.Bad, null, $"{after.Name} does not let this instance in, or is another cluster's: {after.Reason}");
        if (after.Reachability == NodeReachability.Unreachable && before.Reachability != NodeReachability.Unreachable)
            return (Levels.Bad, null, $"{after.Name} cannot be reached: {after.Reason}");
        if (after.Reachability == NodeReachability.Reachable && before.Reachability == NodeReachability.Unreachable)
            return (Levels.Ok, null, $"{after.Name} answers again: {after.Reason}");
        if (after.IsQuarantined && !before.IsQuarantined)
            return (Levels.Bad, null, $"{after.Name}: {after.Reason}");
        if (now.Primary is not null && earlier.Primary is not null && StatusBuilder.IsMaintained(after.Name, now) is var maintained && maintained != StatusBuilder.IsMaintained(after.Name, earlier))
            return (Levels.Warn, null, maintained ? $"{after.Name} is under maintenance" : $"{after.Name} is no longer under maintenance");
        return null;
    }

    /// <summary>What somebody has asked for by a row on the primary.</summary>
    private static bool AsksDiffer(ClusterSnapshot before, ClusterSnapshot after)
    {
        var (b, a) = (before.Primary?.Facts?.LastState, after.Primary?.Facts?.LastState);
        return b is not null && a is not null && (b.IsPaused != a.IsPaused || !b.Maintained.SequenceEqual(a.Maintained, StringComparer.Ordinal));
    }

    private static string Acks(ClusterSnapshot snapshot) => snapshot.NewestTerm is { IsGivenUp: false } term && term.Term == snapshot.Term
        ? term.Required == 0 ? "; its commits wait for no standby" : string.Create(CultureInfo.InvariantCulture, $"; its commits wait for {term.Required} of {string.Join(", ", term.SynchronousStandbys)}")
        : "";

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
}
