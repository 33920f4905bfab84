using System.Globalization;

namespace HaConnect.Status;

/// <summary>The cluster in one line, the worst first. Pure.</summary>
internal static class Headline
{
    internal static (string Level, string Text) Of(ClusterSnapshot snapshot, TimeSpan writeGap, TimeSpan maxReplicaLag)
    {
        if (snapshot.Primary is not { } primary)
            return snapshot.IsComplete ? (Levels.Bad, $"No primary{For(writeGap)}: writes wait") : (Levels.Unknown, "Not every node has been probed yet");
        if (snapshot.RefusesWrites)
            return (Levels.Bad, "Too few voters are in sight: this instance refuses new writes");
        if (snapshot.HoldsWrites)
            return (Levels.Warn, "A switchover is under way: new writes wait for its end");
        if (primary.Reachability != NodeReachability.Reachable)
            return (Levels.Warn, $"{primary.Name}, the primary, does not answer as it should");
        if (snapshot.IsReplicationStalled)
            return (Levels.Bad, $"Replication is stalled: commits on {primary.Name} wait");
        if (snapshot.IsSwitchingOver)
            return (Levels.Warn, "A switchover is announced");
        var troubled = snapshot.Nodes.Where(n => !IsWell(n, snapshot, maxReplicaLag)).Select(n => n.Name).ToList();
        if (troubled.Count > 0)
            return (Levels.Warn, $"Writes go to {primary.Name}; {string.Join(", ", troubled)} {(troubled.Count == 1 ? "needs" : "need")} attention");
        if (StatusBuilder.IsPaused(snapshot) == true)
            return (Levels.Warn, $"Writes go to {primary.Name}; automatic failover is paused");
        return (Levels.Ok, $"Writes go to {primary.Name}; every node is well");
    }

    /// <summary>It answers, and as a standby it receives and is proven to be as fresh as reads ask for.</summary>
    internal static bool IsWell(NodeSnapshot node, ClusterSnapshot snapshot, TimeSpan maxReplicaLag) => node.Reachability == NodeReachability.Reachable && !node.IsMisconfigured
        && (ReferenceEquals(node.Node, snapshot.PrimaryNode) || node is { Role: NodeRole.Standby, Lag: { } lag, Facts.LastState.HasReceiver: true } && lag.Time <= maxReplicaLag);

    private static string For(TimeSpan gap) => gap < TimeSpan.FromSeconds(1) ? "" : string.Create(CultureInfo.InvariantCulture, $" for {gap.TotalSeconds:0} s");
}
