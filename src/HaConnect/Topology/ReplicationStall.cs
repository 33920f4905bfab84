using System.Globalization;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Topology;

/// <summary>
/// Whether commits on a primary that answers wait for standbys that are not there. Nothing is done about it: the primary is well, and
/// demanding fewer acks would break the promise that the acks before were. Pure.
/// </summary>
internal static class ReplicationStall
{
    /// <summary>Null where enough synchronous standbys stream, where none is demanded, and where the user may not see them.</summary>
    internal static string? Of(ServerState primary)
    {
        if (primary is { InRecovery: true } or { SeesStatistics: false } || SynchronousNames.Parse(primary.SynchronousStandbyNames) is not { } names)
            return null;
        var streaming = primary.Senders.Where(s => s.IsStreaming && names.Names.Any(n => n == "*" || n.Equals(s.ApplicationName, StringComparison.OrdinalIgnoreCase))).ToList();
        if (streaming.Count >= names.Required)
            return null;
        var only = streaming.Count == 0 ? "none streams" : $"only {string.Join(" and ", streaming.Select(s => s.ApplicationName))} streams";
        return string.Create(CultureInfo.InvariantCulture, $"replication is stalled, commits wait: {names.Required} of {string.Join(", ", names.Names)} must flush them, but {only}");
    }
}
