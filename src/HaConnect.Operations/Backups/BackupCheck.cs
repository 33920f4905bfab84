using HaConnect.Operations.Backups;

namespace HaConnect.Operations;

/// <summary>
/// Looks at base backups and archived WAL without changing anything: the newest backup and its age, gaps and damages in the WAL, the archiver of the primary, what would be lost now,
/// retention and off-site copies. That a backup can be restored only <see cref="BackupDrill"/> proves.
/// </summary>
public static class BackupCheck
{
    /// <summary>Runs a check.</summary>
    /// <param name="options">What it looks at, and its limits.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message names it and says what to do.</exception>
    /// <exception cref="InvalidOperationException">pgBackRest or Barman cannot be run, or does not know what was named.</exception>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static Task<BackupCheckReport> RunAsync(BackupCheckOptions options, CancellationToken cancellationToken = default) => RunAsync(options, TimeProvider.System, cancellationToken);

    internal static async Task<BackupCheckReport> RunAsync(BackupCheckOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(options);
        var facts = await new CheckSurvey(options, time).RunAsync(cancellationToken).ConfigureAwait(false);
        var findings = CheckRules.Judge(facts, options);
        var gaps = facts.Oldest?.Coverage?.Gaps ?? [];
        var report = new BackupCheckReport(options.Cluster, facts.Now, facts.Where, findings.Select(f => f.State).DefaultIfEmpty(CheckState.Ok).Aggregate(CheckResult.Worse), findings, [.. facts.Backups.Select(b => b.ToInfo(facts.Geometry))], CheckRules.Notes(facts))
        {
            RecoveryPoint = facts.Point.CommittedAt,
            RecoveryPointAge = facts.RecoveryPointAge,
            WalAtRisk = facts.WalAtRisk,
            MissingSegments = gaps.Sum(g => g.Count),
            Gaps = gaps.Count,
        };
        BackupMetrics.Checked(report, time);
        return report;
    }

    private static void Require(BackupCheckOptions options)
    {
        if (options.WarningAge <= TimeSpan.Zero || options.CriticalAge < options.WarningAge)
            throw new ArgumentException($"WarningAge is {options.WarningAge} and CriticalAge {options.CriticalAge}; the first must be positive and at most the second.", nameof(options));
        if (options.WarningRecoveryPoint <= TimeSpan.Zero || options.CriticalRecoveryPoint < options.WarningRecoveryPoint)
            throw new ArgumentException($"WarningRecoveryPoint is {options.WarningRecoveryPoint} and CriticalRecoveryPoint {options.CriticalRecoveryPoint}; the first must be positive and at most the second.", nameof(options));
        if (options.LeastBackups is < 1 or > 10_000)
            throw new ArgumentException($"LeastBackups is {options.LeastBackups}; it must be from 1 to 10,000.", nameof(options));
        if (options.OffsiteFolder is { } folder && options.Repository.Folder is null)
            throw new ArgumentException($"OffsiteFolder is '{folder}', and is held to the manifests in Repository.Folder, which is not set. Leave it out: pgBackRest and Barman have repositories of their own for that.", nameof(options));
        if (options.OffsiteWalFolder is { } wal && options.Repository is { Folder: not null, WalFolder: null })
            throw new ArgumentException($"OffsiteWalFolder is '{wal}', and is held to the archive in Repository.WalFolder, which is not set. Name that, or leave it out.", nameof(options));
    }
}
