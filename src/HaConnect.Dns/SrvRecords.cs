using System.Net;
using DnsClient;

namespace HaConnect.Discovery;

/// <summary>
/// The targets of a name's SRV records (RFC 2782), each a node at its host and port: <c>_postgresql._tcp.example.com</c>. An error of DNS, and an answer without
/// records, leave the known nodes as they are.
/// </summary>
/// <remarks>
/// Priority and weight are not used: where reads go is decided by freshness, zone and latency. Answers are not cached beyond what the name server does.
/// </remarks>
public sealed class SrvRecords : INodeDiscovery
{
    private readonly string _name;
    private readonly LookupClient _dns;

    /// <param name="name">The full name, as <c>_postgresql._tcp.example.com</c>.</param>
    /// <param name="nameServers">Whom to ask; by default the name servers that the operating system is configured with.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public SrvRecords(string name, params IPEndPoint[] nameServers)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(nameServers);
        _name = name;
        var options = nameServers.Length > 0 ? new LookupClientOptions(nameServers) : new LookupClientOptions();
        options.UseCache = false; // it is asked when something has changed
        options.ThrowDnsErrors = true;
        options.Timeout = TimeSpan.FromSeconds(2); // then the next server, or once more, all within Discovery.Timeout
        options.Retries = 1;
        _dns = new LookupClient(options);
    }

    /// <summary>Where they are; see <see cref="RoutingOptions.Zone"/>. Default: none.</summary>
    public string? Zone { get; init; }

    /// <inheritdoc/>
    /// <exception cref="DnsResponseException">The name does not exist, or no name server answers.</exception>
    /// <exception cref="InvalidOperationException">The name has no SRV record with a target.</exception>
    public async Task<IReadOnlyList<DiscoveredNode>> DiscoverAsync(ClusterSnapshot snapshot, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(cancellationToken).ConfigureAwait(false);
        DiscoveredNode[] nodes =
        [
            .. answer.Answers.SrvRecords()
                .Select(r => (Host: r.Target.Value.TrimEnd('.'), r.Port))
                .Where(t => t is { Host.Length: > 0, Port: > 0 }) // a target of "." says that the service is not offered
                .Distinct().Order().Select(t => new DiscoveredNode(t.Host, t.Port) { Zone = Zone }),
        ];
        return nodes.Length > 0 ? nodes : throw new InvalidOperationException($"{_name} has no SRV record with a target");
    }

    private async Task<IDnsQueryResponse> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _dns.QueryAsync(_name, QueryType.SRV, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (DnsResponseException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken); // the client reports it as a time-out of its own
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"the SRV records of {_name}";
}
