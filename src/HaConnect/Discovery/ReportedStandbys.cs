using HaConnect.Options;
using HaConnect.Topology;

namespace HaConnect.Discovery;

/// <summary>
/// The standbys that a primary reports, where their address can be known: <c>pg_stat_replication</c> has the client's address but not
/// the port it listens on. An <c>application_name</c> of the form <c>host:port</c> gives both. Pure.
/// </summary>
internal static class ReportedStandbys
{
    internal static IEnumerable<(string Name, string Host, int Port)> Of(NodeFacts primary)
    {
        if (primary.LastState is not { InRecovery: false } state)
            yield break;
        foreach (var sender in state.Senders.Where(s => s.IsStreaming))
        {
            if (TryParse(sender.ApplicationName) is { } address)
                yield return (sender.ApplicationName, address.Host, address.Port);
        }
    }

    private static (string Host, int Port)? TryParse(string name)
    {
        try
        {
            return HostList.Parse(name, defaultPort: 0) is [{ Port: > 0 } address] && address.Host.Length > 0 ? address : null;
        }
        catch (FormatException)
        {
            return null; // an ordinary name
        }
    }
}
