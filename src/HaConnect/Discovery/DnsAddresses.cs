using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HaConnect.Discovery;

/// <summary>
/// The addresses of a DNS name, each a node: a name with an address per server, as a headless service of Kubernetes has, or round robin. They are
/// asked of the operating system's resolver, which may answer from its cache. A name that does not exist or has no address is an error, which leaves the
/// known nodes as they are.
/// </summary>
/// <remarks>
/// The servers' certificates are checked against the DNS name (<see cref="DiscoveredNode.CertificateHost"/>).
/// </remarks>
public sealed class DnsAddresses : INodeDiscovery
{
    private readonly string _name;
    private readonly int _port;

    /// <param name="name">The DNS name.</param>
    /// <param name="port">The port of all of them, 1 to 65535.</param>
    /// <exception cref="ArgumentException">The name is empty, or an address.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port is out of its bounds.</exception>
    public DnsAddresses(string name, int port = 5432)
    {
        _ = new DiscoveredNode(name, port); // its bounds
        if (IPAddress.TryParse(name, out _))
            throw new ArgumentException($"'{name}' is an address, not a DNS name. Use {nameof(ListedHosts)}.", nameof(name));
        (_name, _port) = (name, port);
    }

    /// <summary>Which addresses count: <see cref="AddressFamily.InterNetwork"/> (IPv4), <see cref="AddressFamily.InterNetworkV6"/>, or, by default, both (<see cref="AddressFamily.Unspecified"/>).</summary>
    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;

    /// <summary>Where they are; see <see cref="RoutingOptions.Zone"/>. Default: none.</summary>
    public string? Zone { get; init; }

    /// <inheritdoc/>
    /// <exception cref="SocketException">The name could not be resolved.</exception>
    public async Task<IReadOnlyList<DiscoveredNode>> DiscoverAsync(ClusterSnapshot snapshot, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(_name, Family, cancellationToken).ConfigureAwait(false);
        return addresses.Length > 0 ? NodesOf(addresses) : throw new SocketException((int)SocketError.NoData);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"the addresses of {_name} (port {_port})");

    /// <summary>In an order of their own: resolvers turn theirs at each answer.</summary>
    internal IReadOnlyList<DiscoveredNode> NodesOf(IEnumerable<IPAddress> addresses) =>
        [.. addresses.Select(a => a.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(a => new DiscoveredNode(a, _port) { Zone = Zone, CertificateHost = _name })];
}
