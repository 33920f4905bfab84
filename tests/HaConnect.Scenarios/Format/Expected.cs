using HaConnect.Failover.Detection;

namespace HaConnect.Scenarios.Format;

/// <summary>What holds after a step; what is left out is not looked at.</summary>
internal sealed record Expected
{
    /// <summary>Its name, or <c>none</c>.</summary>
    public string? Primary { get; init; }

    public long? Term { get; init; }

    /// <summary>Part of the snapshot's reason.</summary>
    public string? Reason { get; init; }

    public IReadOnlyDictionary<string, ExpectedNode>? Nodes { get; init; }

    /// <summary>Where a write goes: a node, <c>waits</c> or <c>fails</c>.</summary>
    public string? Write { get; init; }

    public IReadOnlyList<ExpectedRead>? Reads { get; init; }

    /// <summary>All that was logged since the last step that says so: the event's name, a colon, and part of the message.</summary>
    public IReadOnlyList<string>? Logged { get; init; }

    /// <summary>How many snapshots a watcher got since the last step that says so.</summary>
    public int? Watched { get; init; }

    /// <summary>What a coordinator makes of the primary.</summary>
    public VerdictKind? Verdict { get; init; }

    /// <summary>Whether the instance sees too few voters.</summary>
    public bool? WithoutMajority { get; init; }

    /// <summary>Whether commits wait for standbys that are not there.</summary>
    public bool? Stalled { get; init; }
}
