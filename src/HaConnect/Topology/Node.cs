namespace HaConnect.Topology;

/// <summary>The identity of a node, the same object for as long as it is known; snapshots say how it is at an instant.</summary>
internal sealed class Node(int index, string name, string host, int port, int priority, bool isConfigured, string? zone = null, int weight = HaNodeOptions.DefaultWeight)
{
    /// <summary>Position in arrays kept per node; never reused.</summary>
    internal int Index { get; } = index;

    internal string Name { get; } = name;

    internal string Host { get; } = host;

    internal int Port { get; } = port;

    internal int Priority { get; } = priority;

    /// <summary>False for a standby found in <c>pg_stat_replication</c>: it serves reads and does not vote.</summary>
    internal bool IsConfigured { get; } = isConfigured;

    internal string? Zone { get; } = zone;

    /// <summary>0 for one that is to serve reads only where no other does.</summary>
    internal int Weight { get; } = weight;

    internal NodeLoad Load { get; } = new();

    public override string ToString() => Name;
}
