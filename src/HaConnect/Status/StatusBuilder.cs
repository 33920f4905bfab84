using HaConnect.Status.Quorum;
using HaConnect.Topology;

namespace HaConnect.Status;

/// <summary>Makes the view from a snapshot. Pure: the same input gives the same view. Nothing but what the snapshot has goes into it.</summary>
internal static class StatusBuilder
{
    internal static ClusterStatus Build(StatusInput input)
    {
        var (snapshot, options) = (input.Snapshot, input.Options);
        var (level, headline) = Headline.Of(snapshot, input.WriteGap, options.Routing.MaxReplicaLag);
        return new ClusterStatus
        {
            Version = snapshot.Version,
            At = snapshot.TakenAt,
            SentAt = input.SentAt,
            Cluster = options.ClusterName,
            Level = level,
            Headline = headline,
            Reason = snapshot.Reason,
            Primary = snapshot.Primary?.Name,
            Term = snapshot.Term ?? (snapshot.Primary is null ? snapshot.NewestTerm?.Term : null),
            WriteGap = input.WriteGap.TotalSeconds,
            WriteGapPeak = Math.Max(input.WriteGap.TotalSeconds, input.WriteGapPeak.TotalSeconds),
            MaxReplicaLagMs = options.Routing.MaxReplicaLag.TotalMilliseconds,
            IsPaused = IsPaused(snapshot),
            Coordinator = CoordinatorWords.Of(snapshot, options, input.Office),
            Nodes = [.. snapshot.Nodes.Select(n => NodeOf(n, input))],
            Links = Replication.LinksOf(snapshot),
            Witnesses = [.. snapshot.Witnesses.Select(w => new WitnessStatus(w.Name, Sights.NameOf(Sights.Of(w, snapshot, options))))],
            Quorum = QuorumWords.Of(QuorumFacts.Of(snapshot, options, input.Office ?? default)),
        };
    }

    /// <summary>
    /// Null where that cannot be seen. Without a primary the standbys tell: whoever has recorded a pause has waited until those that have to ack had it. No table is there
    /// before the first pause.
    /// </summary>
    internal static bool? IsPaused(ClusterSnapshot snapshot)
    {
        if (snapshot.Primary is not null)
            return IsPaused(snapshot.Primary);
        var standbys = snapshot.Nodes.Where(n => n is { Role: NodeRole.Standby, Reachability: NodeReachability.Reachable, IsForeign: false }).ToDictionary(n => n.Name, IsPaused, StringComparer.Ordinal);
        if (standbys.ContainsValue(true))
            return true;
        return snapshot.NewestTerm is { Required: > 0 } term && term.SynchronousStandbys.All(n => standbys.GetValueOrDefault(n) == false) ? false : null;
    }

    private static bool? IsPaused(NodeSnapshot node) => node.Facts?.LastState switch
    {
        { SeesPauses: true } state => state.IsPaused,
        { SeesTerms: true } => false,
        _ => null,
    };

    internal static bool IsMaintained(string node, ClusterSnapshot snapshot) =>
        snapshot.Primary?.Facts?.LastState?.Maintained.Contains(node, StringComparer.Ordinal) == true;

    private static NodeStatus NodeOf(NodeSnapshot node, StatusInput input)
    {
        var answers = node.Reachability == NodeReachability.Reachable;
        return new NodeStatus
        {
            Name = node.Name,
            Host = node.Host,
            Port = node.Port,
            Zone = node.Zone,
            Role = RoleOf(node, input.Snapshot),
            Reachability = node.Reachability switch
            {
                NodeReachability.Reachable => "reachable",
                NodeReachability.Suspect => "suspect",
                NodeReachability.Unreachable => "unreachable",
                _ => "unknown",
            },
            IsStale = !answers && node.Role != NodeRole.Unknown,
            IsMaintained = IsMaintained(node.Name, input.Snapshot),
            IsMisconfigured = node.IsMisconfigured,
            Timeline = node.Timeline,
            Position = node.Position?.ToString(),
            LagMs = node.Lag?.Time.TotalMilliseconds,
            LagBytes = node.Lag?.Bytes,
            SyncState = node.Role == NodeRole.Standby ? Replication.SyncStateOf(node, input.Snapshot) : null,
            IsSynchronous = node.IsSynchronous,
            LatencyMs = answers ? node.Latency?.TotalMilliseconds : null,
            InUse = node.Node.Load.InUse,
            Reads = input.Reads(node.Name),
            Version = node.ServerVersion?.ToString(),
            StartedAt = node.StartedAt,
            Reason = node.Reason,
        };
    }

    private static string RoleOf(NodeSnapshot node, ClusterSnapshot snapshot) => node.Role switch
    {
        NodeRole.Primary when ReferenceEquals(node.Node, snapshot.PrimaryNode) => "primary",
        NodeRole.Primary => node.IsQuarantined ? "quarantined" : "other",
        NodeRole.Standby => "standby",
        _ => "unknown",
    };
}
