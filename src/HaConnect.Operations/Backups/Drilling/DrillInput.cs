namespace HaConnect.Operations.Backups;

/// <summary>Whether the options of a drill can be used at all.</summary>
internal static class DrillInput
{
    /// <exception cref="ArgumentException">One cannot.</exception>
    internal static void Require(BackupDrillOptions options)
    {
        object?[] targets = [options.TargetTime, options.TargetLsn, options.TargetName];
        if (targets.Count(t => t is not null) > 1)
            throw new ArgumentException("More than one of TargetTime, TargetLsn and TargetName is set. Set one, or none for a moment of now.", nameof(options));
        if (options.TargetLsn is { } lsn && !NpgsqlTypes.NpgsqlLogSequenceNumber.TryParse(lsn, out _))
            throw new ArgumentException($"TargetLsn is '{lsn}', which is no LSN. Write it as pg_current_wal_lsn() does: 0/3000060.", nameof(options));
        Within(options.RecoveryTimeout, nameof(options.RecoveryTimeout), TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        Within(options.ArchiveTimeout, nameof(options.ArchiveTimeout), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        if (options.RestoreTimeTarget <= TimeSpan.Zero)
            throw new ArgumentException($"RestoreTimeTarget is {options.RestoreTimeTarget}; it must be positive.", nameof(options));
        if (options.TakeFrom is not null && options.BackupName is { } name)
            throw new ArgumentException($"BackupName is '{name}', and TakeFrom has a new backup taken. Set one of them.", nameof(options));
        if (options.TakeFrom is not null && (options.Repository.BarmanServer ?? options.Repository.PgBackRestStanza) is { } other)
            throw new ArgumentException($"TakeFrom is set together with {other}, which takes its backups itself. Leave TakeFrom out, or name a WalFolder instead.", nameof(options));
        if (options.TakeFrom is not null && options.Repository is { Folder: not null, WalFolder: null })
            throw new ArgumentException("TakeFrom is set without Repository.WalFolder: WAL behind the new backup is found nowhere. Name the archive's folder.", nameof(options));
        if (options.ParentFolder is { } parent)
            RepositoryFactory.Existing(parent, nameof(options.ParentFolder));
    }

    private static void Within(TimeSpan value, string name, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
            throw new ArgumentException($"{name} is {value}; it must be from {least} to {most}.", nameof(name));
    }
}
