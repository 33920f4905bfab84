using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>Which backup is restored to a target. Pure.</summary>
internal static class DrillChoice
{
    /// <summary>The newest usable one from which the target can be reached.</summary>
    /// <returns>Null where none is usable at all.</returns>
    /// <exception cref="ArgumentException">The one that was named is not there; or the target lies before the end of each.</exception>
    internal static BackupCoverage? Of(IReadOnlyList<BackupCoverage> backups, DrillTarget? target, string? name)
    {
        if (name is not null)
            backups = [backups.FirstOrDefault(b => b.Backup.Name == name) ?? throw new ArgumentException($"BackupName is '{name}', and there is no such backup; there are {string.Join(", ", backups.Select(b => b.Backup.Name))}.", nameof(name))];
        var usable = backups.Where(b => b.IsUsable).ToList();
        if (usable.Count == 0)
            return null;
        return usable.LastOrDefault(b => Ends(b.Backup, target)) ?? throw new ArgumentException(
            $"The target is {target}, and lies before the end of {(name is null ? $"the oldest usable backup, {usable[0].Backup.Name}" : name)}{EndOf(usable[0].Backup)}: a backup can be restored only to a point behind its end. Choose a later point.", nameof(target));
    }

    private static bool Ends(BaseBackup backup, DrillTarget? target) => target switch
    {
        { Time: { } time } => backup.FinishedAt is not { } at || at <= time,
        { Lsn: { } lsn } => backup.StopLsn <= lsn,
        _ => true,
    };

    private static string EndOf(BaseBackup backup) => (backup.FinishedAt, backup.StopLsn) switch
    {
        ({ } at, > 0) => $" (which ended at {Words.Of(at)}, {new NpgsqlTypes.NpgsqlLogSequenceNumber(backup.StopLsn)})",
        ({ } at, _) => $" (which ended at {Words.Of(at)})",
        _ => "",
    };

    /// <summary>What is wrong with the WAL between a backup and a target: gaps and damaged segments that recovery would come to before it.</summary>
    /// <param name="chosen">The backup, with its gaps.</param>
    /// <param name="bad">Segments that are no use.</param>
    /// <param name="point">The newest commit before the first of all that.</param>
    /// <param name="target">Where to.</param>
    /// <param name="geometry">How the WAL lies in files.</param>
    internal static IReadOnlyList<BackupFinding> InTheWay(BackupCoverage chosen, IReadOnlyList<(string Name, string Problem)> bad, RecoveryPoint point, DrillTarget target, WalGeometry geometry)
    {
        if (chosen.Coverage is not { } coverage || IsReached(coverage.EndingBefore(bad.Select(b => b.Name), geometry), point, target, geometry))
            return [];
        return
        [
            .. coverage.Gaps.Select(g => new BackupFinding(CheckState.Critical, g.ToString(), $"missing in the archive: {target} cannot be reached from {chosen.Backup.Name}, whose recovery ends at {new NpgsqlTypes.NpgsqlLogSequenceNumber(g.Begin)}")),
            .. bad.Where(b => coverage.FileAt(WalFileName.SegmentOf(b.Name, geometry.SegmentSize), geometry) == b.Name && WalFileName.SegmentOf(b.Name, geometry.SegmentSize) >= coverage.Begin)
                .Select(b => new BackupFinding(CheckState.Critical, b.Name, $"this segment {b.Problem}: {target} cannot be reached from {chosen.Backup.Name}")),
        ];
    }

    private static bool IsReached(WalCoverage usable, RecoveryPoint point, DrillTarget target, WalGeometry geometry) => target switch
    {
        { Time: { } time } => point.CommittedAt > time,
        { Lsn: { } lsn } => lsn < usable.End * (ulong)geometry.SegmentSize,
        { Name: not null } => false, // where it is, only recovery finds out
        _ => true,
    };
}
