using HaConnect.Topology;

namespace HaConnect.Audit;

/// <summary>The settings of the cluster that matter to a failover, as an instance has last seen them; they outlast a time without a primary.</summary>
internal sealed record ConfigurationSeen
{
    internal static readonly ConfigurationSeen Nothing = new();

    internal Node? Primary { get; init; }

    internal long? Term { get; init; }

    /// <summary><c>synchronous_standby_names</c> of the primary.</summary>
    internal string Names { get; init; } = "";

    internal bool IsPaused { get; init; }

    internal IReadOnlyList<string> Maintained { get; init; } = [];

    /// <summary>The snapshot of the last look at the nodes; null before the first.</summary>
    internal ClusterSnapshot? Nodes { get; init; }
}
