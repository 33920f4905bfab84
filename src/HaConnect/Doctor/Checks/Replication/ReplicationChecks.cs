using System.Globalization;
using HaConnect.Failover.Promotion;

namespace HaConnect.Doctor;

/// <summary>What the data nodes must be to each other: who replicates under which name, and whether each could be the others' primary. Pure.</summary>
internal static class ReplicationChecks
{
    private static readonly int s_senderLimit = DoctorSql.Limits.ToList().IndexOf("max_wal_senders");

    internal static IEnumerable<ClusterFinding> Find(Examination seen)
    {
        var findings = seen.Servers.SelectMany(s => Senders(seen, s.Node, s.Server));
        return seen.Primary is { } primary
            ? findings.Concat(Names(seen, primary.Node, primary.Server)).Concat(Twins(seen, primary.Node, primary.Server)).Concat(Limits(seen, primary.Node, primary.Server))
            : findings;
    }

    /// <summary>A name that nobody bears. PostgreSQL compares them regardless of case.</summary>
    private static IEnumerable<ClusterFinding> Names(Examination seen, string node, ServerReading primary)
    {
        var text = primary.SynchronousNamesText;
        if (!primary.SeesStatistics || SynchronousNames.IsPending(text) || SynchronousNames.IsClosed(text) || SynchronousNames.Parse(text) is not { } names)
            return [];
        return names.Names.Where(n => n != "*" && !primary.Senders.Any(s => s.IsStreaming && IsNamed(s.Name, n)))
            .Select(n => Diagnosis.Warning(FindingCodes.SyncStandbyAway, node, $"{n} is in synchronous_standby_names of {node} but does not stream from it: it flushes nothing, and commits wait for the others alone",
                Mend.ByHand(seen.Servers.Any(s => !s.Server.InRecovery && IsNamed(s.Node, n)) ? $"bring {n} back as a standby, as docs/operations/rejoin.md says" : $"start {n}, and see that its primary_conninfo leads to {node} with application_name={n}")));
    }

    /// <summary>Only names that count for something: two base backups under one name are nobody's harm.</summary>
    private static IEnumerable<ClusterFinding> Twins(Examination seen, string node, ServerReading primary)
    {
        var matter = seen.Settings.DataNodes.Select(n => n.Name).Union(SynchronousNames.Parse(primary.SynchronousNamesText)?.Names ?? [], StringComparer.OrdinalIgnoreCase).ToList();
        return primary.Senders.GroupBy(s => s.Name, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() > 1 && matter.Exists(n => IsNamed(g.Key, n)))
            .Select(g => Diagnosis.Warning(FindingCodes.SharedName, node,
                string.Create(CultureInfo.InvariantCulture, $"{g.Count()} connections replicate from {node} under the name {g.Key}: whichever flushes first acks for {g.Key}, and a failover asks only one. A standby that has just reconnected can have two for a moment"),
                Mend.ByHand("if it stays so, give each standby its own application_name in primary_conninfo, the node's name")));
    }

    private static IEnumerable<ClusterFinding> Limits(Examination seen, string node, ServerReading primary) =>
        from standby in seen.Servers
        where standby.Server.InRecovery
        from limit in DoctorSql.Limits.Zip(standby.Server.Limits, primary.Limits)
        where limit.Second < limit.Third
        select Diagnosis.Warning(FindingCodes.StandbyLimits, standby.Node,
            string.Create(CultureInfo.InvariantCulture, $"{standby.Node} has {limit.First} = {limit.Second}, less than the {limit.Third} of {node}: a standby then stops replaying, and does not start again"),
            Mend.SettingAndRestart(standby.Node, limit.First, limit.Third.ToString(CultureInfo.InvariantCulture)));

    private static IEnumerable<ClusterFinding> Senders(Examination seen, string node, ServerReading server)
    {
        var others = seen.Settings.DataNodes.Count() - 1;
        if (server.Limits.Count <= s_senderLimit || server.Limits[s_senderLimit] >= others)
            yield break;
        yield return Diagnosis.Warning(FindingCodes.TooFewSenders, node, string.Create(CultureInfo.InvariantCulture, $"{node} has max_wal_senders = {server.Limits[s_senderLimit]}, but as the primary it has {others} standbys to send to"),
            Mend.SettingAndRestart(node, "max_wal_senders", (others * 2 + 2).ToString(CultureInfo.InvariantCulture)));
    }

    private static bool IsNamed(string application, string name) => string.Equals(application, name, StringComparison.OrdinalIgnoreCase);
}
