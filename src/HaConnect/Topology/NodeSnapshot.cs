using System.Globalization;
using NpgsqlTypes;

namespace HaConnect;

/// <summary>One node at the instant of a <see cref="ClusterSnapshot"/>.</summary>
public sealed class NodeSnapshot
{
    internal NodeSnapshot(Topology.Node node) => Node = node;

    /// <summary>The configured or discovered name, or <c>host:port</c>.</summary>
    public string Name => Node.Name;

    /// <summary>The host name or address.</summary>
    public string Host => Node.Host;

    /// <summary>The port.</summary>
    public int Port => Node.Port;

    /// <summary>Its zone; null where none is given.</summary>
    public string? Zone => Node.Zone;

    /// <summary>What the server said of itself when last probed.</summary>
    public NodeRole Role { get; internal init; }

    /// <summary>Whether the node answers this instance.</summary>
    public NodeReachability Reachability { get; internal init; }

    /// <summary>The WAL timeline; null while it cannot be known.</summary>
    public int? Timeline { get; internal init; }

    /// <summary>The primary's insert position, or the standby's replay position, on <see cref="Timeline"/>.</summary>
    public NpgsqlLogSequenceNumber? Position { get; internal init; }

    /// <summary>How far a standby is behind; null for a primary and while nothing is proven.</summary>
    public ReplicaLag? Lag { get; internal init; }

    /// <summary>Whether the primary lists it as a synchronous standby (<c>sync</c> or <c>quorum</c>).</summary>
    public bool IsSynchronous { get; internal init; }

    /// <summary>Where a standby receives from, as <c>host:port</c>; null when it does not receive, or that cannot be seen.</summary>
    public string? Upstream { get; internal init; }

    /// <summary>The server's version; null while unknown.</summary>
    public Version? ServerVersion { get; internal init; }

    /// <summary>When the server process was started (<c>pg_postmaster_start_time()</c>); null while unknown.</summary>
    public DateTimeOffset? StartedAt { get; internal init; }

    /// <summary>The round trip of the last answered probe; null while unknown.</summary>
    public TimeSpan? Latency { get; internal init; }

    /// <summary>Why the node is used or not, as one sentence for people.</summary>
    public required string Reason
    {
        // Of standbys in use it is put into words only where somebody reads it: snapshots are many.
        get => field ?? string.Create(CultureInfo.InvariantCulture, $"standby, proven to hold what was acked {Lag?.Time.TotalMilliseconds:0} ms ago");
        init;
    }

    internal Topology.Node Node { get; }

    /// <summary>When its last probe ended, answered or not, by the clock that proofs are made with; null before the first.</summary>
    internal long? ProbedAt { get; init; }

    /// <summary>See <see cref="Probing.NodeObservation.NextWithin"/>.</summary>
    internal TimeSpan NextProbeWithin { get; init; }

    /// <summary>All that is known of it; null in a snapshot that no probe has gone into.</summary>
    internal Topology.NodeFacts? Facts { get; init; }

    /// <summary>True where it answers and is out of recovery, but is not the primary; <see cref="Reason"/> says what to do.</summary>
    internal bool IsQuarantined { get; init; }

    /// <summary>True where errors come from the configuration (authentication, unknown host), which waiting does not mend.</summary>
    internal bool IsMisconfigured { get; init; }

    /// <summary>True where it is another cluster's.</summary>
    internal bool IsForeign { get; init; }

    /// <summary>The standbys that receive from it, where it is out of recovery.</summary>
    internal IReadOnlyList<Probing.SenderState> Senders { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Role}, {Reachability}; {Reason}";
}
