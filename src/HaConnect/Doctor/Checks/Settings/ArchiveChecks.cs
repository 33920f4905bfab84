namespace HaConnect.Doctor;

/// <summary>Whether WAL that is to be archived is. Pure.</summary>
internal static class ArchiveChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) =>
        from node in seen.Nodes
        where node is { Server: not null, Settings: not null, State: not null } && node.Settings.Values.GetValueOrDefault("archive_mode") is { Value: "on" or "always" }
        from finding in At(node.Node, node.Server!, node.Settings!, node.State!)
        select finding;

    private static IEnumerable<ClusterFinding> At(string node, ServerReading server, SettingsReading settings, StateReading state)
    {
        var archives = !server.InRecovery || settings.Values["archive_mode"].Value == "always";
        if (IsEmpty(settings, "archive_command") && IsEmpty(settings, "archive_library"))
        {
            yield return Diagnosis.Warning(FindingCodes.ArchiveCommandMissing, node, $"{node} has archive_mode = {settings.Values["archive_mode"].Value} and nothing that archives{(archives ? "" : ", once it is the primary")}: its WAL is kept until the disk is full",
                Mend.ByHand("set archive_command to the program that archives WAL, or archive_mode = off and restart it"));
        }
        else if (archives && state.ArchiveFailure is { } file)
        {
            yield return Diagnosis.Warning(FindingCodes.ArchiveFailing, node, $"{node} could not archive {file}, and has archived nothing since: its WAL is kept until the disk is full, and backups end there",
                Mend.ByHand("mend what archive_command does; the server's log has what it said"));
        }
        else if (archives && settings.Values.GetValueOrDefault("archive_timeout") is { Value: "0" })
        {
            yield return Diagnosis.Information(FindingCodes.ArchiveTimeout, node, $"{node} has archive_timeout = 0: what it writes in quiet hours is in no archive until 16 MB have come together",
                Mend.Setting(node, "archive_timeout", "'5min'"));
        }
    }

    private static bool IsEmpty(SettingsReading settings, string name) => settings.Values.GetValueOrDefault(name)?.Value is null or "" or "(disabled)";
}
