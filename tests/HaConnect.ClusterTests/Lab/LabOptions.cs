using HaConnect.Testing;

namespace HaConnect.ClusterTests.Lab;

/// <summary>What a <see cref="FailoverLab"/> consists of.</summary>
internal sealed record LabOptions
{
    internal PostgresClusterOptions Cluster { get; init; } = new();

    /// <summary>Whether every node and application has a network of its own.</summary>
    internal bool HasNetwork { get; init; }

    /// <summary>Nodes with a slow and lossy link before them, which starts as a good one.</summary>
    internal IReadOnlySet<string> BehindLinks { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    internal int Coordinators { get; init; } = 3;

    /// <summary>When the first coordinator, which is the one that is elected first, dies or freezes: see DyingAuditSink.</summary>
    internal string? FirstDiesAt { get; init; }

    /// <summary>A second workload, at the place <c>c2</c>, to be cut off together with a primary.</summary>
    internal bool HasSecondWorkload { get; init; }

    /// <summary>More settings of every coordinator and workload, as environment variables.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
