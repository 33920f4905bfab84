using HaConnect.Topology;

namespace HaConnect.Discovery;

/// <summary>Which nodes a list of discovered ones adds, and which it removes. Pure.</summary>
internal static class NodeChanges
{
    /// <param name="known">The nodes there are now.</param>
    /// <param name="listed">What all discoveries list.</param>
    /// <param name="primary">It stays: that it is lost only probes can say, and who follows it only the servers.</param>
    internal static (IReadOnlyList<DiscoveredNode> Fresh, IReadOnlyList<Node> Gone) Between(IReadOnlyList<Node> known, IEnumerable<DiscoveredNode> listed, Node? primary)
    {
        var all = listed.ToList();
        var gone = known.Where(n => !n.IsConfigured && !ReferenceEquals(n, primary) && !IsListed(n, all.Find(l => n.IsAt(l.Host, l.Port) && !known.Any(k => !ReferenceEquals(k, n) && k.Name == l.Name)))).ToList();
        var taken = known.Except(gone).Select(n => (n.Name, n.Host, n.Port)).ToList();
        List<DiscoveredNode> fresh = [];
        foreach (var node in all)
        {
            // Of one address there is one node, and of one name too: names are how people and policies tell nodes apart.
            if (taken.Exists(t => t.Name == node.Name || (t.Port == node.Port && string.Equals(t.Host, node.Host, StringComparison.OrdinalIgnoreCase))))
                continue;
            taken.Add((node.Name, node.Host, node.Port));
            fresh.Add(node);
        }

        return (fresh, gone);
    }

    /// <summary>One that is listed otherwise than it is known, by the first whose name for it is free, is another node.</summary>
    private static bool IsListed(Node node, DiscoveredNode? listed) =>
        listed is not null && string.Equals(node.Name, listed.Name, StringComparison.OrdinalIgnoreCase) && node.Zone == listed.Zone && node.CertificateHost == listed.CertificateHost;
}
