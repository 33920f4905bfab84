using System.Text;
using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>A folder of pg_basebackup's output, plain or tar, and a folder of archived WAL.</summary>
/// <param name="folder">Each folder in it is a backup, or it is one itself.</param>
/// <param name="walFolder">Null for none.</param>
/// <param name="programs">PostgreSQL's.</param>
internal sealed class FolderRepository(string folder, string? walFolder, HostPrograms programs) : IBackupRepository
{
    public string Description => $"the folder {folder}";

    public bool? IsEncrypted => null;

    public IWalArchive? Wal { get; } = walFolder is null ? null : new FolderArchive(walFolder, hasFolders: false);

    public async Task<IReadOnlyList<BaseBackup>> ListAsync(CancellationToken cancellationToken)
    {
        var histories = await HistoriesAsync(cancellationToken).ConfigureAwait(false);
        List<BaseBackup> backups = [.. Candidates().Select(f => FolderBackup.Read(f, histories)).OrderBy(b => b.StartLsn).ThenBy(b => b.FinishedAt)];
        return [.. backups.Select(b => BackupChain.Resolve(b, backups))];
    }

    public async Task<IReadOnlyList<string>> VerifyAsync(BaseBackup backup, CancellationToken cancellationToken)
    {
        if (backup.Form == "plain")
            return await VerifyEachAsync(backup, programs, cancellationToken).ConfigureAwait(false);
        var manifest = BackupManifest.Parse(await File.ReadAllBytesAsync(Path.Combine(backup.Folder, BackupManifest.FileName), cancellationToken).ConfigureAwait(false));
        return await ManifestCheck.RunAsync(backup.Folder, manifest, cancellationToken).ConfigureAwait(false);
    }

    public string? UnverifiedOf(BaseBackup backup, bool isCopied) => backup.Folders.Select(f => (Folder: f, Sentence: ManifestCheck.Unverified(BackupManifest.Parse(File.ReadAllBytes(Path.Combine(f, BackupManifest.FileName))), isCopied || backup.Form == "plain" ? FileChecksum.IsKnownToPostgres : FileChecksum.IsKnown)))
        .Where(u => u.Sentence is not null).Select(u => Named(backup, u.Folder, u.Sentence!)).FirstOrDefault();

    /// <summary>Where a part is damaged, pg_combinebackup names the file that it looked for in the end: its parts are verified then, to tell which it is.</summary>
    public async Task RestoreAsync(BaseBackup backup, RestorePlace to, HostPrograms programs, CancellationToken cancellationToken)
    {
        try
        {
            await new FolderRestore(backup, to, programs).RunAsync(backup.Chain, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException e) when (backup.Chain.Count > 0)
        {
            var problems = await VerifyEachAsync(backup, programs, cancellationToken).ConfigureAwait(false);
            throw problems.Count == 0 ? new InvalidOperationException(e.Message, e) : new InvalidOperationException($"{string.Join("; ", problems)}. {e.Message}", e);
        }
    }

    /// <summary>Of an incremental one its parts as well: what pg_combinebackup writes fits the manifest that it writes, whatever it has read.</summary>
    public async Task<IReadOnlyList<string>?> VerifyCopyAsync(BaseBackup backup, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken) =>
    [
        .. backup.Chain.Count > 0 ? await VerifyEachAsync(backup, programs, cancellationToken).ConfigureAwait(false) : [],
        .. await VerifyBackup.RunAsync(programs, place.Data, place.Root, cancellationToken).ConfigureAwait(false),
    ];

    /// <summary>Of segments that were compressed by gzip as well.</summary>
    public string? RestoreCommand(RestorePlace place) => walFolder is null ? null
        : $"f={PosixShell.Quote(walFolder.Replace("%", "%%", StringComparison.Ordinal))}/%f; if [ -e \"$f\" ]; then cp \"$f\" \"%p\"; elif [ -e \"$f.gz\" ]; then gzip -dc \"$f.gz\" > \"%p\"; else exit 1; fi";

    private IEnumerable<string> Candidates() => FolderBackup.Is(folder) ? [folder] : Directory.EnumerateDirectories(folder).Where(FolderBackup.Is);

    /// <summary>As whoever runs this, who may read the backups.</summary>
    private static async Task<List<string>> VerifyEachAsync(BaseBackup backup, HostPrograms programs, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        foreach (var part in backup.Folders)
            problems.AddRange((await VerifyBackup.RunAsync(programs.AsCaller(), part, "/", cancellationToken).ConfigureAwait(false)).Select(p => Named(backup, part, p)));
        return problems;
    }

    /// <summary>Said of a part, with its name where it is another's.</summary>
    private static string Named(BaseBackup backup, string part, string sentence) => part == backup.Folder ? sentence : $"{Path.GetFileName(part)}, of which it is made: {sentence}";

    private async Task<List<BackupLabel>> HistoriesAsync(CancellationToken cancellationToken)
    {
        List<BackupLabel> histories = [];
        if (Wal is null)
            return histories;
        foreach (var file in (await Wal.ListAsync(cancellationToken).ConfigureAwait(false)).Where(f => f.IsBackupLabel))
        {
            try
            {
                histories.Add(new(Encoding.UTF8.GetString(await Wal.ReadAsync(file, null, cancellationToken).ConfigureAwait(false))));
            }
            catch (InvalidDataException)
            {
                // It only tells more exactly when a backup ended.
            }
        }

        return histories;
    }
}
