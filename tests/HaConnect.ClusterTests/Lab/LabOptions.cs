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

    /// <summary>A second workload, at the place <c>c2</c>, to be cut off together with a primary.</summary>
    internal bool HasSecondWorkload { get; init; }

    /// <summary>The node whose files are on a small disk; null for none.</summary>
    internal string? OnSmallDisk { get; init; }

    /// <summary>Is done with the cluster before any coordinator looks at it.</summary>
    internal Func<PostgresCluster, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    /// <summary>Changes the settings, as environment variables, of the process at a place.</summary>
    internal Action<string, Dictionary<string, string>> Configure { get; init; } = (_, _) => { };
}
