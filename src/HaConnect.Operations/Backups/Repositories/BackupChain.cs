using NpgsqlTypes;

namespace HaConnect.Operations.Backups;

/// <summary>Of which folders an incremental backup is put together. Pure.</summary>
internal static class BackupChain
{
    /// <param name="backup">Any backup.</param>
    /// <param name="all">What there is.</param>
    /// <returns>The backup with its chain, or with what is wrong with that; as it is, where it is a full one or no use in itself.</returns>
    internal static BaseBackup Resolve(BaseBackup backup, IReadOnlyList<BaseBackup> all)
    {
        if (backup.Kind == FolderBackup.Full || backup.Problem is not null)
            return backup;
        if (backup.Form == "tar")
            return backup with { Problem = "it is incremental and in tar archives, and pg_combinebackup reads none: unpack it, and what it is incremental to" };
        List<BaseBackup> chain = [backup];
        while (chain[0] is { Kind: not FolderBackup.Full } first)
        {
            var before = Before(first, all);
            if (ProblemOf(first, before) is { } problem)
                return backup with { Problem = ReferenceEquals(first, backup) ? $"it {problem}" : $"it is made of {first.Name}, which {problem}" };
            chain.Insert(0, before!);
        }

        return backup with { Chain = [.. chain.Select(b => b.Folder)], Size = chain.Sum(b => b.Size) }; // what is restored is never more
    }

    /// <summary>A backup that pg_combinebackup has written begins where its last part does: a whole one needs nothing before it.</summary>
    private static BaseBackup? Before(BaseBackup backup, IReadOnlyList<BaseBackup> all) => all
        .Where(b => b.StartLsn == backup.IncrementalFrom && b.StartLsn < backup.StartLsn && (b.SystemIdentifier ?? backup.SystemIdentifier) == backup.SystemIdentifier)
        .OrderBy(b => b.Problem is not null).ThenBy(b => b.Form == "tar").ThenBy(b => b.Kind != FolderBackup.Full).FirstOrDefault();

    private static string? ProblemOf(BaseBackup backup, BaseBackup? before) => (backup.IncrementalFrom, before) switch
    {
        (null, _) => "is incremental, and has no backup_label that says to what",
        ({ } from, null) => $"is incremental to a backup from {new NpgsqlLogSequenceNumber(from)} on, which is not here",
        (_, { Problem: { } problem }) => $"is incremental to {before.Name}, which is no use: {problem}",
        (_, { Form: "tar" }) => $"is incremental to {before.Name}, which is in tar archives, and pg_combinebackup reads none: unpack them",
        _ => null,
    };
}
