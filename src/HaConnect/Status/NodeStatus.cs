namespace HaConnect.Status;

/// <summary>One node, as the page and the tool show it.</summary>
internal sealed record NodeStatus
{
    public required string Name { get; init; }
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required string? Zone { get; init; }

    /// <summary>primary, standby, quarantined, other (out of recovery, but not used) or unknown.</summary>
    public required string Role { get; init; }

    /// <summary>reachable, suspect, unreachable or unknown.</summary>
    public required string Reachability { get; init; }

    /// <summary>Whether role, timeline and position are what it said when it answered last, and it does not answer now.</summary>
    public required bool IsStale { get; init; }
    public required bool IsMaintained { get; init; }
    public required bool IsMisconfigured { get; init; }
    public required int? Timeline { get; init; }
    public required string? Position { get; init; }

    /// <summary>The proven bound of its staleness, in milliseconds; null for a primary and while nothing is proven.</summary>
    public required double? LagMs { get; init; }
    public required long? LagBytes { get; init; }

    /// <summary>What the primary says of it: sync, quorum, potential, async; null where it lists it not, or that cannot be seen.</summary>
    public required string? SyncState { get; init; }
    public required bool IsSynchronous { get; init; }

    /// <summary>The round trip of the last answered probe, in milliseconds; null while it does not answer.</summary>
    public required double? LatencyMs { get; init; }
    public required long InUse { get; init; }

    /// <summary>The reads routed there since counting began; null while nobody counts.</summary>
    public required long? Reads { get; init; }
    public required string? Version { get; init; }
    public required DateTimeOffset? StartedAt { get; init; }
    public required string Reason { get; init; }
}
