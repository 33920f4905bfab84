using System.Globalization;
using HaConnect.Probing;
using Npgsql;

namespace HaConnect.Doctor;

/// <summary>Whether every node is reached, by a session of its own server, and what could not be seen there. Pure.</summary>
internal static class AccessChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen)
    {
        foreach (var node in seen.Nodes)
        {
            if (node.Failure is { } failure)
                yield return Unreachable(seen, node.Node, failure);
            if (node.Processes is { } processes)
            {
                yield return Pooler(seen, node.Node,
                    string.Create(CultureInfo.InvariantCulture, $"the connection was told of server process {processes.Told}, and process {processes.Answered} has answered"));
            }

            if (node.WitnessStatement is { } statement)
                yield return Diagnosis.Warning(FindingCodes.WitnessNoVote, node.Node, $"the control user cannot keep its record on the witness {node.Node}, which therefore has no vote", Mend.There(node.Node, statement));
        }

        if (Unseen(seen) is { } unseen)
            yield return unseen;
    }

    private static ClusterFinding Unreachable(Examination seen, string node, ProbeFailure failure)
    {
        // PostgreSQL knows no such error; PgBouncer and its like refuse what they do not pass on.
        if (failure.SqlState == PostgresErrorCodes.ProtocolViolation && failure.Message.Contains("unsupported startup parameter", StringComparison.Ordinal))
            return Pooler(seen, node, failure.Message);
        var problem = $"{node} could not be read, and no failover can count on it: {failure.Message}";

        // The message of a server in recovery whose hot_standby is off (since PostgreSQL 14; one that is not ready yet says "not yet accepting").
        if (failure.SqlState == PostgresErrorCodes.CannotConnectNow && failure.Message.Contains("is not accepting connections", StringComparison.Ordinal))
            return Diagnosis.Warning(FindingCodes.HotStandbyOff, node, problem, Mend.ByHand("it has hot_standby = off: set it to on in its postgresql.conf and restart it"));
        return Diagnosis.Warning(FindingCodes.NodeUnreadable, node, problem, Mend.ByHand(failure.Kind == ProbeFailureKind.Misconfigured
            ? "correct the host, user, password or database in the options, or let the user in (pg_hba.conf)"
            : "start it, or mend the way to it"));
    }

    private static ClusterFinding Pooler(Examination seen, string node, string sign) => Diagnosis.Warning(FindingCodes.Pooler, node,
        $"a connection pooler answers for {node} ({sign}): locks and settings of a session are not kept there, and HaConnect cannot tell its server process",
        Mend.ByHand("give the address of the server itself in the options")) with
    { Severity = seen.Coordinates ? FindingSeverity.Unsafe : FindingSeverity.Warning };

    /// <summary>One finding for all that was not looked at: an empty list must mean that nothing is wrong.</summary>
    private static ClusterFinding? Unseen(Examination seen)
    {
        var unseen = new List<string>();
        var blind = seen.Servers.Where(s => !s.Server.InRecovery && !s.Server.SeesStatistics).ToList();
        if (blind.Count > 0)
            unseen.Add($"which standbys replicate from {Names(blind.Select(s => s.Node))}");
        var partial = seen.Nodes.Where(n => seen.Coordinates && n.Server is not null && n.Record is not { MissingPrivileges.Count: 0 }).ToList();
        if (partial.Count > 0)
            unseen.Add($"the records of {Names(partial.Select(n => n.Node))}, restore_command and primary_conninfo there");
        unseen.AddRange(partial.Where(n => n.RecordProblem is not null).Select(n => $"what {n.Node} refused ({n.RecordProblem})"));
        unseen.AddRange(seen.Nodes.SelectMany(n => n.Refused.Select(r => $"on {n.Node} {r}")));
        if (seen.Primary is null)
            unseen.Add("what is compared with the primary, since none was found");
        if (unseen.Count == 0)
            return null;
        var who = seen.Servers.Count > 0 ? $" as {seen.Servers[0].Server.User}" : "";
        var mend = partial.Count > 0 ? Mend.ByHand("give the control user the privileges of docs/operations/roles.sql")
            : blind.Count > 0 ? Mend.AtPrimary(seen, $"GRANT pg_monitor TO {blind[0].Server.User}")
            : Mend.ByHand(seen.Primary is null ? "bring the primary within reach" : "see why the server refused it");
        return Diagnosis.Warning(FindingCodes.Unseen, null, $"not everything could be seen{who}, and what is wrong there is not told: {string.Join("; ", unseen)}", mend);
    }

    private static string Names(IEnumerable<string> nodes) => string.Join(", ", nodes);
}
