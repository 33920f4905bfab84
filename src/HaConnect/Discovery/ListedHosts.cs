using HaConnect.Options;

namespace HaConnect.Discovery;

/// <summary>
/// A fixed list of hosts: replicas that serve reads and do not vote, beside the configured nodes, which do.
/// </summary>
public sealed class ListedHosts : INodeDiscovery
{
    private readonly string _hosts;
    private readonly IReadOnlyList<DiscoveredNode> _nodes;

    /// <param name="hosts">In the form of a connection string's <c>Host</c>: <c>db4,db5:5433,[::1]:5434</c>.</param>
    /// <param name="zone">Where they are; see <see cref="RoutingOptions.Zone"/>. Default: none.</param>
    /// <exception cref="ArgumentException">It names no host.</exception>
    /// <exception cref="FormatException">A port is not a number from 1 to 65535.</exception>
    public ListedHosts(string hosts, string? zone = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hosts);
        _hosts = hosts;
        _nodes = [.. HostList.Parse(hosts, defaultPort: 5432).Select(h => new DiscoveredNode(h.Host, h.Port) { Zone = zone })];
        if (_nodes.Count == 0)
            throw new ArgumentException($"'{hosts}' names no host. Give at least one.", nameof(hosts));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DiscoveredNode>> DiscoverAsync(ClusterSnapshot snapshot, CancellationToken cancellationToken) => Task.FromResult(_nodes);

    /// <inheritdoc/>
    public override string ToString() => $"the listed hosts {_hosts}";
}
