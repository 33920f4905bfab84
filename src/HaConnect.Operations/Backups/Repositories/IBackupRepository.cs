using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>Where base backups are, and archived WAL.</summary>
internal interface IBackupRepository
{
    /// <summary>What it is, for people.</summary>
    string Description { get; }

    /// <summary>Whether what is in it is encrypted, as far as can be told; null where it cannot.</summary>
    bool? IsEncrypted { get; }

    /// <summary>The archive; null where there is none.</summary>
    IWalArchive? Wal { get; }

    /// <summary>Whether it is known to receive the primary's WAL itself, so that the primary need not archive.</summary>
    bool ReceivesWal => false;

    /// <summary>All backups, the oldest first, those that cannot be used too.</summary>
    Task<IReadOnlyList<BaseBackup>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Holds a backup's files to what its maker wrote down of them.</summary>
    /// <returns>What differs, as sentences that name the files; empty for nothing.</returns>
    Task<IReadOnlyList<string>> VerifyAsync(BaseBackup backup, CancellationToken cancellationToken);

    /// <summary>What <see cref="VerifyAsync"/> cannot verify of a backup, as a sentence; null where it holds all files to checksums.</summary>
    /// <param name="backup">Which one.</param>
    /// <param name="isCopied">Whether it is laid out, and <see cref="VerifyCopyAsync"/> verifies it.</param>
    string? UnverifiedOf(BaseBackup backup, bool isCopied);

    /// <summary>Lays a backup out as a data folder.</summary>
    /// <param name="backup">Which one.</param>
    /// <param name="to">Where: <c>data</c> in it is made.</param>
    /// <param name="programs">As whom.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">It cannot be restored; the message says why.</exception>
    Task RestoreAsync(BaseBackup backup, RestorePlace to, HostPrograms programs, CancellationToken cancellationToken);

    /// <summary>Holds what was laid out to what the backup's maker wrote down of it, before a server changes it.</summary>
    /// <returns>What differs; empty for nothing; null where the laying out has done that already.</returns>
    Task<IReadOnlyList<string>?> VerifyCopyAsync(BaseBackup backup, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken);

    /// <summary>The <c>restore_command</c> of a copy; null where nothing is archived.</summary>
    string? RestoreCommand(RestorePlace place);
}
