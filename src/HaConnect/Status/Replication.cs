using HaConnect.Probing;

namespace HaConnect.Status;

/// <summary>Who receives from whom, as standbys and senders say it. Pure.</summary>
internal static class Replication
{
    internal static IReadOnlyList<LinkStatus> LinksOf(ClusterSnapshot snapshot)
    {
        List<LinkStatus> links = [];
        foreach (var standby in snapshot.Nodes)
        {
            // What one that does not answer said last is no link of now.
            if (standby is not { Role: NodeRole.Standby, Reachability: NodeReachability.Reachable, IsForeign: false })
                continue;
            var state = standby.Facts?.LastState;
            if (standby.Upstream is { } address)
            {
                // The standby may know its upstream by another address than this application does; then the sender's list tells.
                var from = snapshot.Nodes.FirstOrDefault(n => IsAt(n, address)) ?? ListedBy(snapshot, standby);
                var sender = SenderOf(from, standby);
                links.Add(new LinkStatus(from?.Name, address, standby.Name, sender?.State ?? state?.ReceiverStatus, sender?.SyncState));
            }
            else if (state is not { SeesStatistics: true } && ListedBy(snapshot, standby) is { } from && SenderOf(from, standby) is { } sender)
            {
                links.Add(new LinkStatus(from.Name, null, standby.Name, sender.State, sender.SyncState));
            }
        }

        return links;
    }

    /// <summary>What the primary says of a standby; null where it does not list it, does not answer, or may not be asked.</summary>
    internal static string? SyncStateOf(NodeSnapshot standby, ClusterSnapshot snapshot) => SenderOf(snapshot.Primary, standby)?.SyncState;

    private static NodeSnapshot? ListedBy(ClusterSnapshot snapshot, NodeSnapshot standby) =>
        snapshot.Nodes.FirstOrDefault(n => !ReferenceEquals(n, standby) && SenderOf(n, standby) is not null);

    private static SenderState? SenderOf(NodeSnapshot? from, NodeSnapshot standby) =>
        from is { Reachability: NodeReachability.Reachable } ? from.Senders.FirstOrDefault(s => string.Equals(s.ApplicationName, standby.Name, StringComparison.OrdinalIgnoreCase)) : null;

    private static bool IsAt(NodeSnapshot node, string address) =>
        string.Equals(Options.ConfiguredNode.NameOf(node.Host, node.Port), address, StringComparison.OrdinalIgnoreCase);
}
