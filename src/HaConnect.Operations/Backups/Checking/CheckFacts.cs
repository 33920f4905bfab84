using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>All that a check has found out, for <see cref="CheckRules"/> to judge.</summary>
/// <param name="Now">The primary's clock where it was asked, else this host's.</param>
/// <param name="Where">The repository, for people.</param>
/// <param name="Backups">The oldest first.</param>
/// <param name="Geometry">How the WAL lies in files.</param>
internal sealed record CheckFacts(DateTimeOffset Now, string Where, IReadOnlyList<BackupCoverage> Backups, WalGeometry Geometry)
{
    /// <summary>Null where there is no archive.</summary>
    internal ArchiveContents? Archive { get; init; }

    /// <summary>Segments that are not what their names say, from the oldest backup on.</summary>
    internal IReadOnlyList<(string Name, string Problem)> BadSegments { get; init; } = [];

    /// <summary>Where WAL that was read record by record is damaged.</summary>
    internal (string Segment, string Problem)? Damage { get; init; }

    internal RecoveryPoint Point { get; init; }

    /// <summary>Null where the primary was not asked.</summary>
    internal ArchiverState? Archiver { get; init; }

    /// <summary>Whether the repository receives the primary's WAL itself.</summary>
    internal bool ReceivesWal { get; init; }

    /// <summary>Why the primary was not asked, where nobody wanted that.</summary>
    internal string? NotAsked { get; init; }

    /// <summary>Why the primary did not answer, where it was to be asked.</summary>
    internal string? Silent { get; init; }

    /// <summary>What the newest usable backup's files came to; null where they were not read.</summary>
    internal IReadOnlyList<string>? FileProblems { get; init; }

    /// <summary>What could not be verified of files that were read, as sentences with the subject of each.</summary>
    internal IReadOnlyList<(string Subject, string Sentence)> Unverified { get; init; } = [];

    /// <summary>What off-site copies lack; null where there is no such folder to be looked at.</summary>
    internal IReadOnlyList<string>? OffsiteProblems { get; init; }

    internal bool? IsEncrypted { get; init; }

    internal BackupCoverage? Newest => Backups.LastOrDefault(b => b.IsUsable);

    internal BackupCoverage? Oldest => Backups.FirstOrDefault(b => b.IsUsable);

    /// <summary>
    /// Whether the commit of every transaction that has ended at the primary is proven to be in the archive: those that ran at the last look that its WAL has on record (XLOG_RUNNING_XACTS) count as open.
    /// </summary>
    internal bool IsAllArchived => Archiver is { } archiver && Point.EndedBefore is { } ended && Newest?.Coverage?.Timeline == archiver.Timeline && (int)(archiver.EndedBefore - ended) <= 0;

    /// <summary>At most: what was committed since then would be lost with the primary and all standbys. Zero where nothing was.</summary>
    internal TimeSpan? RecoveryPointAge => IsAllArchived ? TimeSpan.Zero : Point.CommittedAt is { } at ? Max(Now - at, TimeSpan.Zero) : null;

    /// <summary>Bytes of WAL behind what can be restored.</summary>
    internal long? WalAtRisk => Archiver is { } archiver && Newest?.Coverage is { } coverage ? Math.Max(0, (long)(archiver.Current - (coverage.End * (ulong)Geometry.SegmentSize))) : null;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
