using System.Runtime.InteropServices;

namespace HaConnect.Operations.Backups;

/// <summary>How far a recovery gets: the newest commit in the WAL that is there.</summary>
/// <param name="CommittedAt">When that was made, as its server's clock had it; null where no commit is in the WAL that was looked at.</param>
/// <param name="Lsn">Where it is.</param>
/// <param name="EndedBefore">
/// Every transaction with an id before this one, its lower 32 bits, had ended within the WAL that was read; null where that does not say. Ids of later ones may be in it too: they ended in no order.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RecoveryPoint(DateTimeOffset? CommittedAt, ulong Lsn, uint? EndedBefore)
{
    internal static RecoveryPoint None => default;

    /// <summary>Where no commit is in all of the WAL behind a backup, what was committed before its end is in the backup itself.</summary>
    internal RecoveryPoint OrTheEndOf(BaseBackup backup, WalCoverage coverage) =>
        CommittedAt is null && backup.FinishedAt is { } at && coverage.End - coverage.Begin <= ArchiveReader.MostSegments ? this with { CommittedAt = at, Lsn = backup.StopLsn } : this;
}
