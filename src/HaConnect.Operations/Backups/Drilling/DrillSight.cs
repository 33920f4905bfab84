using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>What a drill sees before it restores anything.</summary>
/// <param name="Target">To where.</param>
/// <param name="Chosen">From which backup; null where none is usable.</param>
/// <param name="Coverage">The WAL that it has, up to the first segment that is missing or no use; null without an archive.</param>
/// <param name="Geometry">How the WAL lies in files.</param>
/// <param name="Findings">What is wrong so far.</param>
/// <param name="NewestBroken">The newest backup, where it is no use and an older one is taken instead; that is no reason to end there.</param>
internal sealed record DrillSight(DrillTarget Target, BackupCoverage? Chosen, WalCoverage? Coverage, WalGeometry Geometry, IReadOnlyList<BackupFinding> Findings, string? NewestBroken)
{
    private static readonly WalGeometry s_usual = new(16 << 20, 8192);

    /// <exception cref="ArgumentException">The target cannot be reached because it lies before or behind what there is.</exception>
    internal static async Task<DrillSight> LookAsync(IBackupRepository repository, DrillTarget? target, string? name, CancellationToken cancellationToken)
    {
        var backups = await repository.ListAsync(cancellationToken).ConfigureAwait(false);
        var archive = repository.Wal is { } wal ? await ArchiveContents.ReadAsync(wal, cancellationToken).ConfigureAwait(false) : null;
        var geometry = archive?.Geometry ?? s_usual;
        List<BackupCoverage> covered = [.. backups.Select(b => BackupCoverage.Of(b, archive, geometry))];
        List<BackupFinding> findings = [.. covered.Where(b => !b.IsUsable && (name is null ? ReferenceEquals(b, covered[^1]) || covered.TrueForAll(c => !c.IsUsable) : b.Backup.Name == name))
            .Select(b => new BackupFinding(CheckState.Critical, b.Backup.Name, $"this backup cannot be restored: {b.Problem}"))];
        if (DrillChoice.Of(covered, target, name) is not { } chosen)
        {
            if (findings.Count == 0)
                findings.Add(new(CheckState.Critical, "backup", $"there is no base backup in {repository.Description}"));
            return new(target ?? new(), null, null, geometry, findings, null);
        }

        var newestBroken = findings.Count > 0 ? findings[0].Subject : null;
        if (archive is null || chosen.Coverage is not { } coverage)
            return new(target ?? new(), chosen, null, geometry, findings, newestBroken);
        var needed = Enumerable.Range(0, (int)Math.Min(int.MaxValue, coverage.Newest - coverage.Begin)).Select(i => coverage.FileAt(coverage.Begin + (ulong)i, geometry));
        var bad = await SegmentExamination.ExamineAsync(archive, needed.Select(n => archive.Files.GetValueOrDefault(n)).OfType<ArchivedFile>(), chosen.Backup.SystemIdentifier, cancellationToken).ConfigureAwait(false);
        var usable = coverage.EndingBefore(bad.Select(b => b.Name), geometry);
        var point = await new ArchiveReader(archive, usable).FindRecoveryPointAsync(cancellationToken).ConfigureAwait(false);
        target ??= point.CommittedAt is { } at && point.Lsn >= chosen.Backup.StopLsn ? new() { Lsn = point.Lsn, CommitAtLsn = at } : new();
        findings.AddRange(DrillChoice.InTheWay(chosen, bad, point, target, geometry));
        if (coverage.MissingHistory is { } first)
            findings.Add(new(CheckState.Critical, TimelineHistory.FileName(first), WalCoverage.NoHistory));
        if (coverage.Strays.Where(s => !(s >= coverage.MissingHistory) && !archive.Histories.ContainsKey(s)).Select(TimelineHistory.FileName).ToList() is { Count: > 0 } histories)
            findings.Add(new(CheckState.Critical, string.Join(", ", histories), "missing, with WAL of its timeline there: recovery cannot get to that"));
        if (findings.TrueForAll(f => f.Subject == newestBroken))
            RequireInside(target, usable, point, geometry);
        return new(target, chosen, usable, geometry, findings, newestBroken);
    }

    /// <summary>Recovery to a time ends at the first commit behind it: there must be one.</summary>
    private static void RequireInside(DrillTarget target, WalCoverage usable, RecoveryPoint point, WalGeometry geometry)
    {
        if (target.Time is { } time && !(point.CommittedAt > time))
            throw new ArgumentException($"The target is {target}, and the newest commit in the archive is {(point.CommittedAt is { } at ? $"of {Words.Of(at)}" : "not to be found")}: without a commit behind it in the archive a point in time cannot be told from the end of the WAL. Choose an earlier one, or wait until more is archived.", nameof(target));
        if (target.Lsn is { } lsn && lsn >= usable.End * (ulong)geometry.SegmentSize)
            throw new ArgumentException($"The target is {target}, and the archive has WAL up to {new NpgsqlTypes.NpgsqlLogSequenceNumber(usable.End * (ulong)geometry.SegmentSize)}. Choose an earlier one, or wait until more is archived.", nameof(target));
    }
}
