using Microsoft.Extensions.Logging;

namespace HaConnect.Diagnostics;

/// <summary>Logs what changed from one snapshot to the next, and nothing else.</summary>
internal static class TopologyLog
{
    internal static void Write(ILogger logger, ClusterSnapshot before, ClusterSnapshot after)
    {
        if (!ReferenceEquals(before.PrimaryNode, after.PrimaryNode) || before.Term != after.Term)
        {
            if (after.Primary is { } primary)
                Log.PrimaryFound(logger, primary.Name, primary.Timeline, after.Term, after.Reason);
            else if (before.Primary is not null)
                Log.PrimaryLost(logger, after.Reason);
        }

        if (after.IsReplicationStalled && !before.IsReplicationStalled)
            Log.ReplicationStalled(logger, after.Primary!.Name, after.Primary.Reason);
        else if (before.IsReplicationStalled && after is { Primary: { } goesOn, IsReplicationStalled: false })
            Log.ReplicationGoesOn(logger, goesOn.Name);

        if (after.IsWithoutMajority && !before.IsWithoutMajority)
            Log.MajorityLost(logger, after.MajorityReason!);
        else if (before.IsWithoutMajority && !after.IsWithoutMajority)
            Log.MajorityBack(logger);

        if (!after.HasNodesOf(before))
        {
            foreach (var node in before.Nodes.Where(n => after.Of(n.Node) is null))
                Log.NodeRemoved(logger, node.Name);
            foreach (var node in after.Nodes.Where(n => before.Of(n.Node) is null))
                Log.NodeDiscovered(logger, node.Name, node.Host, node.Port);
        }

        foreach (var node in after.Nodes)
            WriteNode(logger, before.Of(node.Node), node);
    }

    private static void WriteNode(ILogger logger, NodeSnapshot? before, NodeSnapshot after)
    {
        if (after.IsMisconfigured && before?.IsMisconfigured != true)
            Log.NodeMisconfigured(logger, after.Name, after.Reason);
        else if (after.Reachability == NodeReachability.Unreachable && before?.Reachability != NodeReachability.Unreachable)
            Log.NodeUnreachable(logger, after.Name, after.Reason);
        else if (after.Reachability == NodeReachability.Reachable && before?.Reachability is NodeReachability.Unreachable or NodeReachability.Unknown or null)
            Log.NodeReachable(logger, after.Name, after.Reason);

        // It may have been out of recovery before: as the primary itself, or while nobody could say who is.
        if (after.IsQuarantined && (before is not { IsQuarantined: true } || before.Reason != after.Reason))
            Log.NodeQuarantined(logger, after.Name, after.Reason);
    }
}
