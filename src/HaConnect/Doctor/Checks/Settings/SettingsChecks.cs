namespace HaConnect.Doctor;

/// <summary>Applies <see cref="SettingRules"/>, and what takes more than one value. Pure.</summary>
internal static class SettingsChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) =>
        seen.Configured.SelectMany(n => Rules(n.Node, n.Server, n.Settings)).Concat(Feedback(seen)).Concat(Refused(seen)).Concat(Checksums(seen)).Concat(AtRest(seen));

    private static IEnumerable<ClusterFinding> Rules(string node, ServerReading server, SettingsReading settings) =>
        from rule in SettingRules.All
        let setting = settings.ServerWide(rule.Name)
        where setting is not null && rule.IsWrong(setting, server)
        select Diagnosis.Warning(rule.Code, node, $"{node} has {rule.Name} = {setting.Text}: {rule.Why}", Better(node, rule, setting));

    private static Mend Better(string node, SettingRule rule, Setting setting) => setting.IsOnCommandLine ? Mend.ByHand($"it is on the command line of the server: make it {rule.Better} there, and restart {node}")
        : rule.NeedsRestart ? Mend.SettingAndRestart(node, rule.Name, rule.Better)
        : Mend.Setting(node, rule.Name, rule.Better);

    /// <summary>Without feedback the primary's vacuum removes rows that queries on the standby still need, and replay then cancels them.</summary>
    private static IEnumerable<ClusterFinding> Feedback(Examination seen) =>
        from node in seen.Nodes
        where node is { Server.InRecovery: true, State.SnapshotConflicts: > 0 } && node.Settings?.ServerWide("hot_standby_feedback") is { IsOn: false }
        select Diagnosis.Warning(FindingCodes.StandbyFeedback, node.Node, $"{node.State!.SnapshotConflicts} queries on {node.Node} were cancelled since the primary had removed rows that they needed, and hot_standby_feedback is off there",
            Mend.Setting(node.Node, "hot_standby_feedback", "on"));

    /// <summary>A coordinator sets it on a primary whose writes it holds; that lasts for seconds.</summary>
    private static IEnumerable<ClusterFinding> Refused(Examination seen)
    {
        if (seen.Primary is { } primary && seen.Nodes.FirstOrDefault(n => n.Node == primary.Node)?.Settings?.Files?.LastOrDefault(f => f is { Name: "default_transaction_read_only", Error: null }) is { Value: "on" or "true" or "yes" or "1" })
        {
            yield return Diagnosis.Warning(FindingCodes.PrimaryReadOnly, primary.Node, $"{primary.Node} is the primary and has default_transaction_read_only = on: applications cannot write. A switchover sets it too, for as long as it holds writes back",
                Mend.Setting(primary.Node, "default_transaction_read_only", "off"));
        }
    }

    private static IEnumerable<ClusterFinding> Checksums(Examination seen)
    {
        var without = seen.Configured.Where(n => n.Settings.Values.GetValueOrDefault("data_checksums") is { IsOn: false }).Select(n => n.Node).ToList();
        if (without.Count > 0)
        {
            yield return Diagnosis.Information(FindingCodes.NoChecksums, null, $"{string.Join(", ", without)} have no data checksums: damage by a disk is not noticed when it is read, and not told from data",
                Mend.ByHand("one node after the other, standbys first: stop it, run pg_checksums --enable, start it"));
        }
    }

    /// <summary>No server can tell.</summary>
    private static IEnumerable<ClusterFinding> AtRest(Examination seen)
    {
        if (!seen.Options.EncryptedAtRest)
        {
            yield return Diagnosis.Information(FindingCodes.EncryptionAtRest, null, "whether the disks of the nodes are encrypted is unknown: PostgreSQL cannot tell, and nobody has declared it",
                Mend.ByHand("where they are, set HaDatabaseOptions.EncryptedAtRest = true"));
        }
    }
}
