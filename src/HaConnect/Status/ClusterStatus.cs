namespace HaConnect.Status;

/// <summary>What is told of a cluster, by the page and by the tool, at one instant: plain values, made from one snapshot.</summary>
internal sealed record ClusterStatus
{
    public required long Version { get; init; }

    /// <summary>When the snapshot was taken; where that is long before <see cref="SentAt"/>, nobody probes any more.</summary>
    public required DateTimeOffset At { get; init; }
    public required DateTimeOffset SentAt { get; init; }
    public required string Cluster { get; init; }

    /// <summary>ok, warn or bad.</summary>
    public required string Level { get; init; }
    public required string Headline { get; init; }
    public required string Reason { get; init; }
    public required string? Primary { get; init; }
    public required long? Term { get; init; }

    /// <summary>For how long there has been no node to write to, in seconds; 0 while there is one.</summary>
    public required double WriteGap { get; init; }

    /// <summary>The longest time without one since the view before, in seconds.</summary>
    public required double WriteGapPeak { get; init; }
    public required double MaxReplicaLagMs { get; init; }
    public required bool? IsPaused { get; init; }
    public required CoordinatorStatus Coordinator { get; init; }
    public required IReadOnlyList<NodeStatus> Nodes { get; init; }
    public required IReadOnlyList<LinkStatus> Links { get; init; }
    public required IReadOnlyList<WitnessStatus> Witnesses { get; init; }
    public required IReadOnlyList<QuorumLine> Quorum { get; init; }
}
