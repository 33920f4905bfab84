using HaConnect.Options;
using HaConnect.Probing;

namespace HaConnect.Discovery;

/// <summary>
/// The standbys that the primary reports, where their address can be known: <c>pg_stat_replication</c> has the client's address but not
/// the port it listens on. An <c>application_name</c> of the form <c>host:port</c> gives both. One that is no longer reported is listed until it has
/// been unreachable too for a while: a standby that restarts, or receives from another one for a time, is still there.
/// </summary>
internal sealed class ReportedStandbys(TimeSpan forgetAfter, TimeProvider time) : INodeDiscovery
{
    private readonly Dictionary<string, (DiscoveredNode Node, long SeenAt)> _known = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<DiscoveredNode>> DiscoverAsync(ClusterSnapshot snapshot, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        var reports = snapshot.Primary is { Reachability: NodeReachability.Reachable };
        foreach (var (name, (node, seenAt)) in _known.ToList())
        {
            // While no primary says who is there, nothing follows from silence.
            if (!reports || snapshot.Nodes.Any(n => n.Node.IsAt(node.Host, node.Port) && n.Reachability != NodeReachability.Unreachable))
                _known[name] = (node, now);
            else if (time.GetElapsedTime(seenAt, now) >= forgetAfter)
                _known.Remove(name);
        }

        foreach (var node in Of(reports ? snapshot.Primary!.Senders : []))
            _known[node.Name] = (node, now);
        return Task.FromResult<IReadOnlyList<DiscoveredNode>>([.. _known.Values.Select(k => k.Node)]);
    }

    public override string ToString() => "the standbys that the primary reports";

    internal static IEnumerable<DiscoveredNode> Of(IReadOnlyList<SenderState> senders)
    {
        foreach (var sender in senders.Where(s => s.IsStreaming))
        {
            if (TryParse(sender.ApplicationName) is { } address)
                yield return new DiscoveredNode(address.Host, address.Port) { Name = sender.ApplicationName };
        }
    }

    private static (string Host, int Port)? TryParse(string name)
    {
        try
        {
            return HostList.Parse(name, defaultPort: 0) is [{ Port: > 0 } address] && !string.IsNullOrWhiteSpace(address.Host) ? address : null;
        }
        catch (FormatException)
        {
            return null; // an ordinary name
        }
    }
}
