using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>A backup, and the WAL that there is for it.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Coverage">From its start on, its own WAL counted; null where there is no archive.</param>
/// <param name="Problem">Why it cannot be restored; null where nothing speaks against it.</param>
internal sealed record BackupCoverage(BaseBackup Backup, WalCoverage? Coverage, string? Problem)
{
    internal bool IsUsable => Problem is null;

    internal static BackupCoverage Of(BaseBackup backup, ArchiveContents? archive, WalGeometry geometry)
    {
        if (backup.Problem is not null || backup.StartLsn == 0)
            return new(backup, null, backup.Problem ?? "from where on it needs WAL cannot be told");
        var segments = (archive?.Segments.Select(s => s.Name) ?? []).Concat(backup.OwnWal).ToHashSet(StringComparer.Ordinal);
        var coverage = WalCoverage.Of(segments, archive?.Histories ?? new Dictionary<int, string>(), geometry, backup.Timeline, backup.StartLsn);
        var needed = backup.StopLsn == 0 ? geometry.SegmentOf(backup.StartLsn) : geometry.SegmentOf(backup.StopLsn - 1);
        if (coverage.End > needed)
            return new(backup, coverage, null);
        return new(backup, coverage, $"{coverage.FileAt(coverage.End, geometry)}, which makes it consistent, is missing");
    }

    internal BackupInfo ToInfo(WalGeometry geometry) => new(Backup.Name, Backup.Kind, Backup.Form, IsUsable)
    {
        FinishedAt = Backup.FinishedAt,
        Size = Backup.Size,
        Timeline = Backup.Timeline,
        StartLsn = Backup.StartLsn == 0 ? null : new NpgsqlTypes.NpgsqlLogSequenceNumber(Backup.StartLsn).ToString(),
        RecoverableTo = Coverage is null ? null : new NpgsqlTypes.NpgsqlLogSequenceNumber(Coverage.End * (ulong)geometry.SegmentSize).ToString(),
        Problem = Problem,
    };
}
