using System.Globalization;

namespace HaConnect.Operations.Backups;

/// <summary>Whether what is at another site is what is here: names and lengths of all, and the files of the newest backup, and of what it is incremental to, by their manifests.</summary>
internal static class OffsiteCopies
{
    /// <returns>What is missing or different, and what could not be verified.</returns>
    internal static async Task<(IReadOnlyList<string> Problems, IReadOnlyList<string> Unverified)> LookAsync(BackupCheckOptions options, BackupCoverage? newest, ArchiveContents? archive, Rejoining.WalGeometry geometry, CancellationToken cancellationToken)
    {
        List<string> problems = [], unverified = [];
        if (options.OffsiteFolder is { } folder && newest is { Backup: { } backup })
        {
            var place = RepositoryFactory.Existing(folder, nameof(options.OffsiteFolder));
            foreach (var part in backup.Folders) // all that a restore reads
                problems.AddRange(await OfBackupAsync(place, part == backup.Folder ? backup.Name : Path.GetFileName(part), part, unverified, cancellationToken).ConfigureAwait(false));
        }

        if (options.OffsiteWalFolder is { } wal && archive is not null)
            problems.AddRange(await OfWalAsync(RepositoryFactory.Existing(wal, nameof(options.OffsiteWalFolder)), archive, newest, geometry, options.Repository.WalFolder is null, cancellationToken).ConfigureAwait(false));
        return (problems, unverified);
    }

    private static async Task<IEnumerable<string>> OfBackupAsync(string folder, string name, string original, List<string> unverified, CancellationToken cancellationToken)
    {
        var copy = FolderBackup.Is(folder) ? folder : Path.Combine(folder, name);
        if (!File.Exists(Path.Combine(copy, BackupManifest.FileName)))
            return [$"{name} is not in {folder}, or without its {BackupManifest.FileName}"];
        try
        {
            // To the manifest here: a copy that was changed together with its own would fit that.
            var manifest = BackupManifest.Parse(await File.ReadAllBytesAsync(Path.Combine(original, BackupManifest.FileName), cancellationToken).ConfigureAwait(false));
            if (ManifestCheck.Unverified(manifest, FileChecksum.IsKnown) is { } sentence)
                unverified.Add($"{name}: {sentence}");
            return (await ManifestCheck.RunAsync(copy, manifest, cancellationToken).ConfigureAwait(false)).Select(p => $"{name}: {p}");
        }
        catch (InvalidDataException e)
        {
            return [$"{name} cannot be compared: {e.Message}"];
        }
    }

    private static async Task<List<string>> OfWalAsync(string folder, ArchiveContents archive, BackupCoverage? newest, Rejoining.WalGeometry geometry, bool hasFolders, CancellationToken cancellationToken)
    {
        var copies = (await new FolderArchive(folder, hasFolders).ListAsync(cancellationToken).ConfigureAwait(false)).GroupBy(f => f.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        List<string> missing = [], problems = [];
        foreach (var file in archive.Files.Values.Where(f => f.IsHistory || (f.IsSegment && (newest?.Coverage is not { } c || WalFileName.SegmentOf(f.Name, geometry.SegmentSize) >= c.Begin))).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            if (!copies.TryGetValue(file.Name, out var copy))
                missing.Add(file.Name);
            else if (copy.Suffix == file.Suffix && copy.Size != file.Size)
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{file.Name} has {copy.Size} bytes in {folder}, and {file.Size} here"));
        }

        if (missing.Count > 0)
            problems.Insert(0, missing.Count <= WalGap.MostNames ? $"missing in {folder}: {string.Join(", ", missing)}" : string.Create(CultureInfo.InvariantCulture, $"{missing.Count} files of WAL are missing in {folder}, from {missing[0]} to {missing[^1]}"));
        return problems;
    }
}
