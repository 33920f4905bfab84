using System.Buffers.Binary;
using System.Formats.Tar;
using System.Globalization;

namespace HaConnect.Operations.Backups;

/// <summary>Reads what a folder of pg_basebackup's output says of itself.</summary>
internal static class FolderBackup
{
    internal const string Full = "full";
    private const string Incremental = "incremental";

    /// <summary>Whether it is such a folder, whole or not.</summary>
    internal static bool Is(string folder) => File.Exists(Path.Combine(folder, BackupManifest.FileName)) || File.Exists(Path.Combine(folder, "PG_VERSION")) || File.Exists(Path.Combine(folder, "backup_label")) || ManifestCheck.TarsOf(folder).Count > 0;

    /// <param name="folder">Its folder.</param>
    /// <param name="histories">What the archive has on record of backups.</param>
    internal static BaseBackup Read(string folder, IReadOnlyList<BackupLabel> histories)
    {
        var isTar = ManifestCheck.TarsOf(folder).Count > 0;
        var label = !isTar && File.Exists(Path.Combine(folder, "backup_label")) ? new BackupLabel(File.ReadAllText(Path.Combine(folder, "backup_label"))) : null;
        var backup = new BaseBackup(Path.GetFileName(folder), label?.IncrementalFrom is null ? Full : Incremental, isTar ? "tar" : "plain")
        {
            Folder = folder,
            Timeline = label?.Timeline ?? 1,
            StartLsn = label?.StartLsn ?? 0,
            IncrementalFrom = label?.IncrementalFrom,
            MajorVersion = VersionOf(folder),
            SystemIdentifier = SystemIdentifierOf(folder),
        };
        var path = Path.Combine(folder, BackupManifest.FileName);
        if (!File.Exists(path))
            return backup with { Problem = $"it has no {BackupManifest.FileName}: pg_basebackup did not come to its end, or was told to write none, or the file was removed" };
        try
        {
            var manifest = BackupManifest.Parse(File.ReadAllBytes(path));
            var history = histories.FirstOrDefault(h => h.StartLsn == manifest.StartLsn);
            return backup with
            {
                Kind = manifest.IsIncremental ? Incremental : backup.Kind,
                Timeline = manifest.Timeline,
                StartLsn = manifest.StartLsn,
                StopLsn = manifest.StopLsn,
                Size = manifest.Size,
                SystemIdentifier = manifest.SystemIdentifier ?? backup.SystemIdentifier,
                OwnWal = OwnWalOf(folder, isTar),
                FinishedAt = history?.StopTime ?? manifest.LastModified,
                Problem = isTar && !File.Exists(Path.Combine(folder, "base.tar")) && !File.Exists(Path.Combine(folder, "base.tar.gz")) ? "it has no base.tar" : null,
            };
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return backup with { Problem = $"its {BackupManifest.FileName} cannot be used: {e.Message}" };
        }
    }

    private static int? VersionOf(string folder) =>
        File.Exists(Path.Combine(folder, "PG_VERSION")) && int.TryParse(File.ReadAllText(Path.Combine(folder, "PG_VERSION")).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    /// <summary>Source: PostgreSQL's pg_control.h, ControlFileData, which begins with it.</summary>
    private static ulong? SystemIdentifierOf(string folder)
    {
        var path = Path.Combine(folder, "global", "pg_control");
        if (!File.Exists(path))
            return null;
        using var file = File.OpenRead(path);
        Span<byte> bytes = stackalloc byte[8];
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : null;
    }

    private static List<string> OwnWalOf(string folder, bool isTar)
    {
        IEnumerable<string> files;
        if (!isTar)
            files = Directory.Exists(Path.Combine(folder, "pg_wal")) ? Directory.EnumerateFiles(Path.Combine(folder, "pg_wal")).Select(f => Path.GetFileName(f)) : [];
        else
            files = ((string[])["pg_wal.tar", "pg_wal.tar.gz"]).Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists) is { } tar ? NamesIn(tar) : [];
        return [.. files.Where(f => f.Length == WalFileName.SegmentLength && WalFileName.Split(f) is { Suffix: "" })];
    }

    private static List<string> NamesIn(string tar)
    {
        List<string> names = [];
        using var stream = ManifestCheck.OpenTar(tar);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
            names.Add(Path.GetFileName(entry.Name));
        return names;
    }
}
