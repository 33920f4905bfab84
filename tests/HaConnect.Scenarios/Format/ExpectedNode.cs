namespace HaConnect.Scenarios.Format;

/// <summary>What a node's snapshot says.</summary>
internal sealed record ExpectedNode
{
    public NodeRole? Role { get; init; }

    public NodeReachability? Reachability { get; init; }

    /// <summary>Part of its reason.</summary>
    public string? Reason { get; init; }

    public int? Timeline { get; init; }

    /// <summary>Whether anything is proven of how fresh it is.</summary>
    public bool? Proven { get; init; }

    /// <summary>The proven bound of its lag.</summary>
    public TimeSpan? Lag { get; init; }

    public long? LagBytes { get; init; }

    public bool? Synchronous { get; init; }

    public string? Upstream { get; init; }

    public bool? Quarantined { get; init; }

    public bool? Misconfigured { get; init; }
}
