namespace HaConnect.Operations.Backups;

/// <summary>Why a copy did not come to its target, as its log has it. Pure.</summary>
internal static class RecoveryFailure
{
    internal static IReadOnlyList<BackupFinding> Of(RecoveryLog log, DrillSight sight, string username)
    {
        if (log.LacksSettings)
            return [new(CheckState.Critical, "copy", $"recovery stands still, since a setting of the primary was raised after the backup: give the copy as much ({nameof(BackupDrillOptions.ServerSettings)}: max_connections, max_worker_processes, max_wal_senders, max_prepared_transactions, max_locks_per_transaction)")];
        if (log.TargetIsBeforeTheBackupsEnd)
            return [new(CheckState.Critical, "target", $"{sight.Target} lies before the end of {sight.Chosen!.Backup.Name}")];
        if (log.Damages is { Count: > 0 } damages && damages[^1] is var damage)
            return [new(CheckState.Critical, SegmentOf(damage, sight) ?? "WAL", $"recovery ended before {sight.Target}: {damage}")];
        if (log.EndedBeforeTarget)
            return [new(CheckState.Critical, "target", $"recovery came to the end of the WAL before {sight.Target}")];
        return [.. log.Fatal.DefaultIfEmpty($"the server ended without a word; its user is {username}").Select(f => new BackupFinding(CheckState.Critical, "copy", $"the copy's server ended: {f}"))];
    }

    /// <summary>The file of the position that the server names.</summary>
    private static string? SegmentOf(string damage, DrillSight sight) =>
        RecoveryLog.PositionIn(damage) is { } position && sight.Coverage is { } coverage ? coverage.FileAt(sight.Geometry.SegmentOf(position), sight.Geometry) : null;
}
