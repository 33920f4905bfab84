namespace HaConnect.Doctor;

/// <summary>Whether each standby streams, can follow, and is known. Pure.</summary>
internal static class StreamChecks
{
    /// <summary>Programs that receive WAL to keep it, and are no standby.</summary>
    private static readonly string[] s_archivers = ["pg_receivewal", "barman_receive_wal", "pg_basebackup"];

    internal static IEnumerable<ClusterFinding> Find(Examination seen) => seen.Running.SelectMany(n => NotStreaming(seen, n.Node, n.Server, n.State)).Concat(Strangers(seen));

    private static IEnumerable<ClusterFinding> NotStreaming(Examination seen, string node, ServerReading server, StateReading state)
    {
        if (!server.InRecovery || state.Receiver is "streaming" or "" || !state.SeesStatistics)
            yield break;

        // On an earlier timeline, and not getting over to the primary's: it has what the primary never had, as a rule.
        var primary = seen.Running.FirstOrDefault(n => n.Node == seen.Primary?.Node);
        yield return primary.State?.Timeline is { } theirs && state.Timeline < theirs
            ? Diagnosis.Warning(FindingCodes.StandbyLeftBehind, node, $"{node} is on timeline {state.Timeline} and does not stream from {primary.Node}, which is on {theirs}: where it has received what {primary.Node} never had, it can never follow",
                Mend.ByHand($"see that its primary_conninfo leads to {primary.Node}; where its log says \"new timeline {theirs} forked off current database system timeline\", rebuild it (docs/operations/rejoin.md)"))
            : Diagnosis.Warning(FindingCodes.StandbyNotStreaming, node, $"{node} is a standby and receives no WAL: it grows stale, and a failover cannot count on it",
                Mend.ByHand($"see what its log says of the connection to its primary (primary_conninfo, its password, pg_hba.conf there{(primary.Node is null ? "" : $", at {primary.Node}")}), or whether the WAL that it needs is gone: then rebuild it"));
    }

    private static IEnumerable<ClusterFinding> Strangers(Examination seen)
    {
        if (!seen.Coordinates)
            return []; // who only observes points nobody anywhere

        // A name that is an address is how a standby lets itself be discovered (docs/concepts/discovery.md).
        var known = seen.Settings.DataNodes.Select(n => n.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from node in seen.Running
               from sender in node.State.Senders
               where node.State.SeesStatistics && !sender.IsLogical && !sender.Name.Contains(':', StringComparison.Ordinal) && !known.Contains(sender.Name) && !s_archivers.Contains(sender.Name, StringComparer.Ordinal)
               select Diagnosis.Warning(FindingCodes.StandbyNotConfigured, node.Node, $"{sender.Name} replicates from {node.Node} and is no node of these options: nobody points it to the new primary after a failover, and nothing keeps WAL for it",
                   Mend.ByHand("add it to the nodes, under that name; or see what it is and who runs it"));
    }
}
