using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>A server of Barman, on Barman's host.</summary>
internal sealed class BarmanRepository(BarmanProgram program, HostPrograms programs) : IBackupRepository
{
    private string _backups = "";

    public string Description => $"Barman's server {program.Server}";

    public bool? IsEncrypted => null;

    public IWalArchive? Wal { get; private set; }

    public bool ReceivesWal { get; private set; }

    public async Task<IReadOnlyList<BaseBackup>> ListAsync(CancellationToken cancellationToken)
    {
        (var wal, var folder, var systemIdentifier, ReceivesWal) = BarmanInfo.ServerOf(await JsonAsync("show-server", null, cancellationToken).ConfigureAwait(false), program.Server);
        (Wal, _backups) = (new FolderArchive(wal, hasFolders: true), folder);
        List<BaseBackup> backups = [];
        foreach (var id in BarmanInfo.BackupsOf(await JsonAsync("list-backup", null, cancellationToken).ConfigureAwait(false), program.Server))
            backups.Add(BarmanInfo.BackupOf(await JsonAsync("show-backup", id, cancellationToken).ConfigureAwait(false), program.Server) with { SystemIdentifier = systemIdentifier, Folder = Path.Combine(folder, id, "data") });
        return backups;
    }

    /// <summary>By the manifest that pg_basebackup wrote; Barman's backups by rsync have none.</summary>
    public async Task<IReadOnlyList<string>> VerifyAsync(BaseBackup backup, CancellationToken cancellationToken) =>
        File.Exists(Path.Combine(backup.Folder, BackupManifest.FileName))
            ? await VerifyBackup.RunAsync(programs, backup.Folder, "/", cancellationToken).ConfigureAwait(false)
            : [$"it has no {BackupManifest.FileName}, to which its files could be held: with backup_method = postgres Barman makes one"];

    public string? UnverifiedOf(BaseBackup backup, bool isCopied) => Path.Combine(backup.Folder, BackupManifest.FileName) is var manifest && File.Exists(manifest)
        ? ManifestCheck.Unverified(BackupManifest.Parse(File.ReadAllBytes(manifest)), FileChecksum.IsKnownToPostgres) : null;

    public Task RestoreAsync(BaseBackup backup, RestorePlace to, HostPrograms programs, CancellationToken cancellationToken) =>
        program.RunAsync(["recover", "--get-wal", .. Tablespaces(backup, to), program.Server, backup.Name, to.Data], to.Root, cancellationToken);

    /// <summary>The backup itself: Barman has changed settings in the copy already.</summary>
    public async Task<IReadOnlyList<string>?> VerifyCopyAsync(BaseBackup backup, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken) =>
        await VerifyAsync(backup, cancellationToken).ConfigureAwait(false);

    public string? RestoreCommand(RestorePlace place) => $"{program.CommandLine(["get-wal", program.Server]).Replace("%", "%%", StringComparison.Ordinal)} %f > \"%p\"";

    private IEnumerable<string> Tablespaces(BaseBackup backup, RestorePlace to)
    {
        // Barman goes by names, and its folders by numbers: those are in its own file about the backup.
        var info = Path.Combine(_backups, backup.Name, "backup.info");
        var line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith("tablespaces=", StringComparison.Ordinal)) : null;
        foreach (var name in BarmanTablespaces.NamesIn(line ?? ""))
        {
            yield return "--tablespace";
            yield return $"{name}:{Path.Combine(to.Tablespaces, name)}";
        }
    }

    private Task<string> JsonAsync(string command, string? backup, CancellationToken cancellationToken) =>
        program.RunAsync(["-f", "json", command, program.Server, .. backup is null ? (string[])[] : [backup]], "/", cancellationToken);
}
