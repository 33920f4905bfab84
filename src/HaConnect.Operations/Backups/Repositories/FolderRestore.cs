using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>Lays pg_basebackup's output out as a data folder. Tablespaces are copied beside it, and WAL into it: links to where the backup has them would have the copy's server write there.</summary>
internal sealed class FolderRestore(BaseBackup backup, RestorePlace place, HostPrograms programs)
{
    // As whoever runs this, who may read the backup; given to the server's user at the end.
    private readonly HostPrograms _own = programs.AsCaller();

    /// <param name="chain">The folders of what an incremental backup is of, and its own; empty for a full one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task RunAsync(IReadOnlyList<string> chain, CancellationToken cancellationToken)
    {
        await RunAsync("mkdir", ["-m", "700", place.Tablespaces], cancellationToken).ConfigureAwait(false);
        if (chain.Count > 0)
            await CombineAsync(chain, cancellationToken).ConfigureAwait(false);
        else
            await LayOutAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync("chmod", ["700", place.Data], cancellationToken).ConfigureAwait(false);
        await RunAsync("chown", ["-R", "-h", $"--reference={place.Root}", place.Data, place.Tablespaces], cancellationToken).ConfigureAwait(false);
    }

    private async Task LayOutAsync(CancellationToken cancellationToken)
    {
        await RunAsync("mkdir", ["-m", "700", place.Data], cancellationToken).ConfigureAwait(false);
        if (backup.Form == "tar")
            await ExtractAsync(cancellationToken).ConfigureAwait(false);
        else
            await CopyAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CombineAsync(IReadOnlyList<string> chain, CancellationToken cancellationToken)
    {
        await RunAsync("pg_combinebackup", [.. chain, "-o", place.Data, .. MappingsOf(backup.Folder)], cancellationToken).ConfigureAwait(false);
        if (WalElsewhere() is { } wal) // which pg_combinebackup leaves out
            await CopyWalAsync(wal, cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(CancellationToken cancellationToken)
    {
        await RunAsync("cp", ["-a", backup.Folder + "/.", place.Data], cancellationToken).ConfigureAwait(false);
        if (WalElsewhere() is { } wal)
        {
            await RunAsync("rm", [Path.Combine(place.Data, "pg_wal")], cancellationToken).ConfigureAwait(false);
            await CopyWalAsync(wal, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (oid, target) in LinksOf(backup.Folder))
        {
            var copy = Path.Combine(place.Tablespaces, oid);
            await RunAsync("mkdir", ["-m", "700", copy], cancellationToken).ConfigureAwait(false);
            await RunAsync("cp", ["-a", target + "/.", copy], cancellationToken).ConfigureAwait(false);
            await RunAsync("ln", ["-sfn", copy, Path.Combine(place.Data, "pg_tblspc", oid)], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ExtractAsync(CancellationToken cancellationToken)
    {
        foreach (var tar in Directory.EnumerateFiles(backup.Folder, "*.tar*"))
        {
            var name = Path.GetFileName(tar).Split('.')[0];
            var to = name switch
            {
                "base" => place.Data,
                "pg_wal" => Path.Combine(place.Data, "pg_wal"),
                _ => Path.Combine(place.Tablespaces, name),
            };
            await RunAsync("mkdir", ["-p", to], cancellationToken).ConfigureAwait(false);
            try
            {
                await RunAsync("tar", ["-xf", tar, "-C", to], cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidOperationException($"{Path.GetFileName(tar)}: {e.Message}", e);
            }
        }

        await RunAsync("cp", [Path.Combine(backup.Folder, BackupManifest.FileName), place.Data], cancellationToken).ConfigureAwait(false);
        foreach (var tablespace in Directory.EnumerateDirectories(place.Tablespaces))
            await RunAsync("ln", ["-sfn", tablespace, Path.Combine(place.Data, "pg_tblspc", Path.GetFileName(tablespace))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where pg_basebackup --waldir has put the WAL; null where it is in the backup.</summary>
    private string? WalElsewhere() => new DirectoryInfo(Path.Combine(backup.Folder, "pg_wal")) is { LinkTarget: not null } wal ? wal.ResolveLinkTarget(returnFinalTarget: true)!.FullName : null;

    private async Task CopyWalAsync(string wal, CancellationToken cancellationToken)
    {
        var own = Path.Combine(place.Data, "pg_wal");
        await RunAsync("mkdir", ["-m", "700", own], cancellationToken).ConfigureAwait(false);
        await RunAsync("cp", ["-a", wal + "/.", own], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Of the newest folder only, by what its links say, as pg_combinebackup reads them.</summary>
    private IEnumerable<string> MappingsOf(string folder) => TablespacesOf(folder).Select(l => $"--tablespace-mapping={Escaped(l.LinkTarget!)}={Escaped(Path.Combine(place.Tablespaces, l.Name))}");

    private static string Escaped(string path) => path.Replace("=", "\\=", StringComparison.Ordinal);

    private static IEnumerable<(string Oid, string Target)> LinksOf(string folder) => TablespacesOf(folder).Select(l => (l.Name, l.ResolveLinkTarget(returnFinalTarget: true)!.FullName));

    private static IEnumerable<FileSystemInfo> TablespacesOf(string folder)
    {
        var links = Path.Combine(folder, "pg_tblspc");
        return Directory.Exists(links) ? new DirectoryInfo(links).EnumerateFileSystemInfos().Where(l => l.LinkTarget is not null) : [];
    }

    private Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) => _own.RunToSuccessAsync(program, arguments, null, place.Root, cancellationToken);
}
