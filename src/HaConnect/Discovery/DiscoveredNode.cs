using HaConnect.Options;

namespace HaConnect.Discovery;

/// <summary>A data node that an <see cref="INodeDiscovery"/> lists. It is known by its host and port: listed with others, it is another node.</summary>
public sealed class DiscoveredNode
{
    /// <param name="host">The host name or address.</param>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <exception cref="ArgumentException">The host is empty or a list of several.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port is out of its bounds.</exception>
    public DiscoveredNode(string host, int port = 5432)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        if (host.Contains(',', StringComparison.Ordinal))
            throw new ArgumentException($"'{host}' is not one host. Make one node of each, or use {nameof(ListedHosts)}.", nameof(host));
        if (port is < 1 or > 65535)
            throw new ArgumentOutOfRangeException(nameof(port), port, "The port must be 1 to 65535.");
        (Host, Port) = (host, port);
    }

    /// <summary>The host name or address.</summary>
    public string Host { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>
    /// Its name in snapshots, logs and metrics. Default <c>host:port</c>. A name that another node has makes this node ignored.
    /// </summary>
    public string Name
    {
        get => field ?? ConfiguredNode.NameOf(Host, Port);
        init;
    }

    /// <summary>Where it is: reads prefer replicas of <see cref="RoutingOptions.Zone"/>. Default: none.</summary>
    public string? Zone { get; init; }

    /// <summary>
    /// The name that the server's certificate must bear with <c>SSL Mode=VerifyFull</c>, where that is not <see cref="Host"/>: of a node that was
    /// found as an address, the DNS name. Default: <see cref="Host"/>.
    /// </summary>
    public string? CertificateHost { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
