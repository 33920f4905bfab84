using HaConnect.Cli.Connecting;
using HaConnect.Status;

namespace HaConnect.Cli.Seeing;

/// <summary>Makes the document from a snapshot. Pure.</summary>
internal static class StatusReader
{
    internal static StatusDocument Of(ObservedCluster cluster) => Of(cluster.Snapshot, cluster.Options, cluster.Db.ExplainWrite(), cluster.Db.ExplainRead());

    internal static StatusDocument Of(ClusterSnapshot snapshot, HaDatabaseOptions options, RoutingExplanation write, RoutingExplanation read)
    {
        var status = StatusBuilder.Build(new StatusInput { Snapshot = snapshot, Options = options, Office = null });
        var nodes = status.Nodes.Select(n => RowOf(n, Serves(n.Name, write, read))).ToList();
        var (level, headline) = Answers(status) ? (status.Level, status.Headline) : (Levels.Unknown, "No node answers from here");
        return new StatusDocument(
            StatusDocument.Schema, status.Cluster, status.At, level, headline, status.Primary, status.Term, status.Reason, status.IsPaused, status.Coordinator.Sentence,
            nodes, status.Witnesses, status.Quorum, [.. Problems(level, headline, status, snapshot, options)]);
    }

    /// <summary>Nothing that answers is not the same as no primary: it may be the way from here that is cut.</summary>
    private static bool Answers(ClusterStatus status) => status.Primary is not null || status.Nodes.Any(n => n.Reachability == "reachable" || n.Role != "unknown");

    private static NodeRow RowOf(NodeStatus node, string? serves) => new(
        node.Name, node.Host, node.Port, node.Zone, node.Role, StateOf(node), node.IsStale, node.Timeline, node.Position, node.LagBytes, node.LagMs / 1000, node.SyncState, serves, node.Version, node.Reason);

    private static string StateOf(NodeStatus node) =>
        node.IsMisconfigured ? "misconfigured" : node.IsMaintained ? $"{node.Reachability}, maintenance" : node.Reachability;

    private static string? Serves(string node, RoutingExplanation write, RoutingExplanation read) => (Chosen(node, write), Chosen(node, read)) switch
    {
        (true, true) => "writes, reads",
        (true, false) => "writes",
        (false, true) => "reads",
        _ => null,
    };

    private static bool Chosen(string node, RoutingExplanation explanation) => explanation.Nodes.Any(n => n.IsChosen && n.Node.Name == node);

    private static IEnumerable<string> Problems(string level, string headline, ClusterStatus status, ClusterSnapshot snapshot, HaDatabaseOptions options)
    {
        if (level != Levels.Ok)
            yield return $"{headline}.";
        if (status.Primary is null && level != Levels.Unknown)
            yield return $"No primary: {status.Reason}.";
        foreach (var node in snapshot.Nodes.Where(n => !Headline.IsWell(n, snapshot, options.Routing.MaxReplicaLag)))
            yield return $"{node.Name}: {node.Reason}.";
        foreach (var witness in status.Witnesses.Where(w => w.Sight == "missing"))
            yield return $"Witness {witness.Name} is out of sight.";
    }
}
