using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>What the configuration files hold and no session shows: errors, changes that wait for a restart, limits of statements for everybody. Pure.</summary>
internal static class FileChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) => seen.Configured.SelectMany(n => Awaiting(n.Node, n.Settings).Concat((n.Settings.Files ?? []).SelectMany(f => Errors(n.Node, f))).Concat(Limits(n.Node, n.Settings.Files ?? [])));

    private static IEnumerable<ClusterFinding> Awaiting(string node, SettingsReading settings)
    {
        if (settings.AwaitingRestart.Count > 0)
        {
            yield return Diagnosis.Warning(FindingCodes.PendingRestart, node, $"{node} has changes in its files that a restart brings into force: {string.Join(", ", settings.AwaitingRestart)}. Where it is restarted for another reason, by a failover say, they come as a surprise",
                Mend.RestartOf(node));
        }
    }

    private static IEnumerable<ClusterFinding> Errors(string node, FileSetting line)
    {
        if (line.Error is not null)
        {
            yield return Diagnosis.Warning(FindingCodes.SettingsFileError, node,
                string.Create(CultureInfo.InvariantCulture, $"{node} has an error in line {line.Line} of {line.File}{(line.Name is { } name ? $" ({name})" : "")}: {line.Error}. A running server passes over it; one that is started with it does not start"),
                line is { IsAutomatic: true, Name: { } setting } ? Mend.There(node, $"ALTER SYSTEM RESET {SqlText.Identifier(setting)}", "SELECT pg_reload_conf()") : Mend.ByHand("correct the file and reload"));
        }
    }

    /// <summary>The manual recommends these for roles and databases, never for all sessions: backups and the sessions of other programs are cut short too.</summary>
    private static IEnumerable<ClusterFinding> Limits(string node, IEnumerable<FileSetting> files) =>
        from line in files
        where line is { Error: null, Name: "statement_timeout" or "lock_timeout" or "transaction_timeout" } && line.Value is not (null or "0")
        select Diagnosis.Warning(FindingCodes.TimeoutForAll, node, $"{node} has {line.Name} = {line.Value} for all sessions: it ends long work of every program, dumps and maintenance too",
            Mend.Setting(node, line.Name!, "0").But($"; where it is wanted, set it for the application's role (ALTER ROLE ... SET {line.Name})"));
}
