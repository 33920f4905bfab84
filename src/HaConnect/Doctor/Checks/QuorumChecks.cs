using System.Globalization;
using HaConnect.Options;

namespace HaConnect.Doctor;

/// <summary>Whether the nodes, as they are configured, are enough and apart enough for what is expected of them. Pure.</summary>
internal static class QuorumChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) => Primaries(seen).Concat(Asynchronous(seen)).Concat(seen.Coordinates ? Votes(seen).Concat(Spare(seen)).Concat(Hosts(seen)) : []);

    private static IEnumerable<ClusterFinding> Primaries(Examination seen)
    {
        var open = seen.Servers.Where(s => !s.Server.InRecovery).Select(s => s.Node).ToList();

        if (open.Count < 2)
            yield break;
        if (seen.Primary is { } primary)
        {
            foreach (var other in open.Where(n => n != primary.Node))
            {
                yield return Diagnosis.Warning(FindingCodes.SecondPrimary, other, $"{other} is out of recovery, but the primary is {primary.Node}: it follows nobody, no read goes there, and no failover can count on it",
                    Mend.ByHand("see whether anything was written there that is still needed, and bring it back as docs/operations/rejoin.md says"));
            }

            yield break;
        }

        yield return Diagnosis.Unsafe(FindingCodes.SeveralPrimaries, null, $"{string.Join(" and ", open)} are out of recovery at once, and no established term says which is the primary: applications may write to both, and what the other was given is lost when it is rebuilt",
            Mend.ByHand("find out which has the writes that count, keep applications from the other, and rebuild that as docs/operations/rejoin.md says"));
    }

    private static IEnumerable<ClusterFinding> Asynchronous(Examination seen)
    {
        if (seen.Coordinates && seen.Settings.Required == 0)
        {
            yield return Diagnosis.Information(FindingCodes.Asynchronous, null, "replication is asynchronous (Failover.RequiredSynchronousStandbys = 0): a failover can lose writes that were acked",
                Mend.ByHand("set Failover.RequiredSynchronousStandbys = 1 where that matters"));
        }
    }

    private static IEnumerable<ClusterFinding> Votes(Examination seen)
    {
        var voters = seen.Settings.Voters.Count;
        if (voters < 3)
        {
            yield return Diagnosis.Warning(FindingCodes.TooFewVoters, null,
                string.Create(CultureInfo.InvariantCulture, $"there {(voters == 1 ? "is 1 voter" : $"are {voters} voters")}, of which {seen.Settings.Majority} {(voters == 1 ? "is" : "are")} a majority: when one is lost there can be no failover"),
                Mend.ByHand("add a node, or a witness (Failover.Witnesses)"));
        }
        else if (voters % 2 == 0)
        {
            yield return Diagnosis.Information(FindingCodes.EvenVoters, null,
                string.Create(CultureInfo.InvariantCulture, $"there are {voters} voters, of which {seen.Settings.Majority} are a majority: no more can be lost than of {voters - 1}"),
                Mend.ByHand("add a witness, or take one away (Failover.Witnesses)"));
        }
    }

    private static IEnumerable<ClusterFinding> Spare(Examination seen)
    {
        var standbys = seen.Settings.DataNodes.Count(n => n.IsSynchronous) - 1;
        if (seen.Settings.Required > 0 && standbys <= seen.Settings.Required && seen.Settings.DegradeAfter is null)
        {
            yield return Diagnosis.Warning(FindingCodes.NoSpareStandby, null,
                string.Create(CultureInfo.InvariantCulture, $"Failover.RequiredSynchronousStandbys = {seen.Settings.Required}, and there {(standbys == 1 ? "is 1 standby" : $"are {standbys} standbys")} to ack: when one is away every write waits until it is back"),
                Mend.ByHand("add a standby, or say after how long the primary may go on alone (Failover.DegradeAfter, docs/operations/degraded.md)"));
        }
    }

    /// <summary>On loopback all are on one host anyway: a machine for development or tests.</summary>
    private static IEnumerable<ClusterFinding> Hosts(Examination seen) =>
        from host in seen.Options.Hosts.GroupBy(h => h.Value, h => h.Key, StringComparer.OrdinalIgnoreCase)
        where host.Count() > 1 && !HostList.IsLocal(host.Key)
        select Diagnosis.Warning(FindingCodes.SharedHost, null, $"{string.Join(" and ", host)} are on one host, {host.Key}: they are lost together, and count as several in a vote all the same", Mend.ByHand("give each node and witness a host of its own"));
}
