using System.Text;

namespace HaConnect;

/// <summary>
/// The cluster at one instant: immutable, and replaced as a whole when something is learned. Two snapshots are ordered by
/// <see cref="Version"/>.
/// </summary>
public sealed class ClusterSnapshot
{
    internal static ClusterSnapshot Initial(IEnumerable<NodeSnapshot> nodes) => new()
    {
        Nodes = [.. nodes],
        Reason = "not probed yet",
        TakenAt = default,
    };

    /// <summary>Rises by one with each snapshot of this instance.</summary>
    public long Version { get; internal init; }

    /// <summary>When it was taken, by this instance's clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>All known nodes: the configured ones in their order, then those that were discovered, as long as they are there.</summary>
    public required IReadOnlyList<NodeSnapshot> Nodes { get; init; }

    /// <summary>
    /// The node to which writes are routed, unless they are refused (<see cref="IsWithoutMajority"/>); null while there is none, and
    /// <see cref="Reason"/> says why.
    /// </summary>
    public NodeSnapshot? Primary { get; internal init; }

    /// <summary>The established term of <see cref="Primary"/>; null where there is none, and in a cluster that no coordinator manages.</summary>
    public long? Term { get; internal init; }

    /// <summary>The system identifier that all data nodes share; null until a node has been seen.</summary>
    public ulong? SystemIdentifier { get; internal init; }

    /// <summary>Why there is a primary, or none, as one sentence for people.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// True while the primary answers, but fewer of its synchronous standbys stream than must flush a commit, so that commits wait; the
    /// primary's <see cref="NodeSnapshot.Reason"/> names them. False too where the probing user may not see the standbys (pg_monitor).
    /// </summary>
    public bool IsReplicationStalled { get; internal init; }

    /// <summary>
    /// True while more than half of the voters have been out of this instance's sight for <see cref="WithoutMajorityOptions.Timeout"/>, or since
    /// its start: they could have elected another primary. <see cref="Reason"/> names them, and says what is refused
    /// (<see cref="FailoverOptions.WithoutMajority"/>). Always false where no term is in force.
    /// </summary>
    public bool IsWithoutMajority { get; internal init; }

    /// <summary>True once every configured node was probed at least once.</summary>
    internal bool IsComplete { get; init; }

    /// <summary>True while something is suspect or missing, so that the loops probe often.</summary>
    internal bool IsUneasy { get; init; } = true;

    /// <summary>The newest established term that was ever seen, whether its primary answers or not.</summary>
    internal Probing.TermRow? NewestTerm { get; init; }

    /// <summary>The promotions that this instance has seen in an unmanaged cluster.</summary>
    internal IReadOnlyList<Topology.TimelineFork> Forks { get; init; } = [];

    /// <summary>There is no primary, and waiting for one is in vain: every node fails by configuration.</summary>
    internal bool IsMisconfigured => Primary is null && IsComplete
        && (SystemIdentifier is null && Reason.Contains("different clusters", StringComparison.Ordinal) || Nodes.All(n => n.IsMisconfigured));

    internal Topology.Node? PrimaryNode => Primary?.Node;

    /// <summary>The voters without data, in the order of the options.</summary>
    internal IReadOnlyList<Topology.VoterSight> Witnesses { get; init; } = [];

    /// <summary>Coordination of the cluster was given up.</summary>
    internal bool IsGivenUp { get; init; }

    /// <summary>A switchover is announced or under way.</summary>
    internal bool IsSwitchingOver { get; init; }

    /// <summary>A switchover is under way: new writes wait for its end, which is soon.</summary>
    internal bool HoldsWrites { get; init; }

    /// <summary>Where new writes go.</summary>
    internal Topology.Node? WritableNode => HoldsWrites || RefusesWrites ? null : PrimaryNode;

    /// <summary>A term with synchronous standbys is in force: no failover loses what was acked, unless somebody asks for that.</summary>
    internal bool KeepsWhatIsAcked { get; init; }

    /// <summary>Too few voters are in sight, and new writes have to wait for more.</summary>
    internal bool RefusesWrites { get; init; }

    /// <summary>Too few voters are in sight, and nothing counts as proven of any node.</summary>
    internal bool RefusesReads { get; init; }

    /// <summary>What is to be said of the voters in sight; null for nothing.</summary>
    internal string? MajorityReason { get; init; }

    /// <summary>After what time, as seen when this was taken, <see cref="IsWithoutMajority"/> will hold; null where time alone does not bring it.</summary>
    internal TimeSpan? MajorityLostIn { get; init; }

    internal DateTime PrimaryStartTime { get; init; }

    /// <summary>When it was taken, by the clock that proofs are made with.</summary>
    internal long Timestamp { get; init; }

    /// <summary>When there was last a primary that takes writes, be it that they were held for a switchover; null where none has been seen yet.</summary>
    internal long? HadPrimaryUntil { get; init; }

    /// <summary>The same by <see cref="Routing.CoarseClock"/>; null where that is not used.</summary>
    internal long? CoarseTimestamp { get; init; }

    /// <summary>Up to when no newer primary can have acked anything; <see cref="long.MaxValue"/> where that is not asked.</summary>
    internal long PrimaryFreshAsOf { get; init; }

    /// <summary>
    /// Standbys in the order of preference, in each tier the freshest first: those of this application's zone, where it has one; those within the latency
    /// window; the others; those in reserve. At least one tier, which may be empty.
    /// </summary>
    internal Topology.ReadTarget[][] ReadTiers { get; init; } = [[]];

    /// <summary>Until when, by <see cref="Routing.CoarseClock"/>, all of the first tier are surely within <see cref="RoutingOptions.MaxReplicaLag"/>.</summary>
    internal long FirstTierSureUntil { get; init; } = long.MinValue;

    /// <summary>Whether the weights of some of them differ.</summary>
    internal bool WeighsReads { get; init; }

    internal Topology.ReadTarget? ReadTargetOf(Topology.Node? node)
    {
        foreach (var tier in ReadTiers)
        {
            if (Array.Find(tier, t => ReferenceEquals(t.Node, node)) is { } target)
                return target;
        }

        return null;
    }

    /// <summary>A node as it is here; null where it was removed before.</summary>
    internal NodeSnapshot? Of(Topology.Node node)
    {
        if ((uint)node.Index < (uint)Nodes.Count && ReferenceEquals(Nodes[node.Index].Node, node))
            return Nodes[node.Index]; // where it stands as long as none was removed
        for (var i = 0; i < Nodes.Count; i++)
        {
            if (ReferenceEquals(Nodes[i].Node, node))
                return Nodes[i];
        }

        return null;
    }

    /// <summary>The node that an open connection leads to; one that was lost does not tell.</summary>
    internal Topology.Node NodeOf(Npgsql.NpgsqlConnection connection) =>
        Nodes.FirstOrDefault(n => n.Node.IsAt(connection.Host, connection.Port))?.Node

        // It was removed since the connection was opened, which may be used until it is returned.
        ?? new Topology.Node(-1, Options.ConfiguredNode.NameOf(connection.Host!, connection.Port), connection.Host!, connection.Port, 0, isConfigured: false);

    internal bool HasNodesOf(ClusterSnapshot other)
    {
        if (Nodes.Count != other.Nodes.Count)
            return false;
        for (var i = 0; i < Nodes.Count; i++)
        {
            if (!ReferenceEquals(Nodes[i].Node, other.Nodes[i].Node))
                return false;
        }

        return true;
    }

    /// <summary>The node of a name, or null.</summary>
    public NodeSnapshot? this[string name] => Nodes.FirstOrDefault(n => string.Equals(n.Name, name, StringComparison.Ordinal));

    /// <summary>One line per node with its reason: what exceptions and logs show.</summary>
    public string Describe()
    {
        var text = new StringBuilder(Primary is null ? "no primary: " : $"primary {Primary.Name}: ").Append(Reason);
        foreach (var node in Nodes)
            text.Append('\n').Append("  ").Append(node);
        return text.ToString();
    }
}
