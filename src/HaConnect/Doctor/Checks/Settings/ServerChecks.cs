namespace HaConnect.Doctor;

/// <summary>What one data node is set to that a failover, or what comes after it, relies on. Pure.</summary>
internal static class ServerChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) => seen.Servers.SelectMany(s => Settings(s.Node, s.Server)).Concat(CommitOverrides(seen));

    private static IEnumerable<ClusterFinding> Settings(string node, ServerReading server)
    {
        if (!server.CanBeRewound)
        {
            yield return Diagnosis.Warning(FindingCodes.CannotBeRewound, node, $"{node} has neither data checksums nor wal_log_hints = on, one of which pg_rewind needs: as an old primary it can only be rebuilt from a base backup",
                Mend.SettingAndRestart(node, "wal_log_hints", "on"));
        }

        if (!server.HotStandby)
        {
            yield return Diagnosis.Warning(FindingCodes.HotStandbyOff, node, $"{node} has hot_standby = off: as a standby it accepts no session, serves no reads and has no part in a failover",
                Mend.SettingAndRestart(node, "hot_standby", "on"));
        }
    }

    /// <summary>These are the same on all nodes. Without synchronous names no commit waits anyway.</summary>
    private static IEnumerable<ClusterFinding> CommitOverrides(Examination seen)
    {
        if (seen.Servers.Count == 0 || seen.Primary is { Server.SynchronousNamesText: "" })
            return [];
        var (node, server) = seen.Primary ?? seen.Servers[0];
        return server.CommitOverrides.Select(o => Diagnosis.Warning(FindingCodes.CommitOverride, node, $"{o.What}: what its sessions commit is acked before a standby has flushed it, and can be lost in a failover", Mend.AtPrimary(seen, o.Statement)));
    }
}
