namespace HaConnect.Topology;

/// <summary>The identity of a node, the same object for as long as it is known; snapshots say how it is at an instant.</summary>
internal sealed class Node(
    int index, string name, string host, int port, int priority, bool isConfigured, string? zone = null, int weight = HaNodeOptions.DefaultWeight, string? certificateHost = null)
{
    /// <summary>Its place among the pools; never reused. A snapshot lists the nodes there are: see <see cref="ClusterSnapshot.Of"/>.</summary>
    internal int Index { get; } = index;

    internal string Name { get; } = name;

    internal string Host { get; } = host;

    internal int Port { get; } = port;

    internal int Priority { get; } = priority;

    /// <summary>False for a discovered one: it does not vote, and it is removed when it is gone.</summary>
    internal bool IsConfigured { get; } = isConfigured;

    internal string? Zone { get; } = zone;

    /// <summary>0 for one that is to serve reads only where no other does.</summary>
    internal int Weight { get; } = weight;

    /// <summary>See <see cref="Discovery.DiscoveredNode.CertificateHost"/>.</summary>
    internal string? CertificateHost { get; } = certificateHost;

    internal NodeLoad Load { get; } = new();

    /// <summary>Two nodes of one address are never known at a time.</summary>
    internal bool IsAt(string? host, int port) => Port == port && string.Equals(Host, host, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Name;
}
