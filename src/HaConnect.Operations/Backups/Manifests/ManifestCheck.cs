using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace HaConnect.Operations.Backups;

/// <summary>Holds the files of a backup, plain or in tar archives, to its manifest: each is there, as long as it was, and with its checksum.</summary>
internal static partial class ManifestCheck
{
    internal static async Task<IReadOnlyList<string>> RunAsync(string folder, BackupManifest manifest, CancellationToken cancellationToken) =>
        TarsOf(folder) is { Count: > 0 } tars ? await TarsAsync(tars, manifest, cancellationToken).ConfigureAwait(false) : await PlainAsync(folder, manifest, cancellationToken).ConfigureAwait(false);

    /// <summary>Files of which only the length can be held to a manifest; null where there are none.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="isRead">Whether an algorithm is one that whoever reads the files knows.</param>
    internal static string? Unverified(BackupManifest manifest, Func<string?, bool> isRead) => manifest.Files.Where(f => !isRead(f.Algorithm)).ToList() is { Count: > 0 } left
        ? string.Create(CultureInfo.InvariantCulture, $"{left.Count} of {manifest.Files.Count} files were not verified but for their length: their checksums are of {left[0].Algorithm ?? "no kind"}. Take backups with pg_basebackup's default, or --manifest-checksums=SHA256") : null;

    /// <summary>base.tar and one for each tablespace; not the one with the WAL, which is in no manifest.</summary>
    internal static IReadOnlyList<string> TarsOf(string folder) => [.. Directory.EnumerateFiles(folder).Where(f => TarName().IsMatch(Path.GetFileName(f))).Order(StringComparer.Ordinal)];

    /// <summary>A tar archive; compressed by gzip or not at all, since others are not read here.</summary>
    internal static Stream OpenTar(string path)
    {
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static async Task<IReadOnlyList<string>> PlainAsync(string folder, BackupManifest manifest, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        foreach (var file in manifest.Files)
        {
            var path = Path.Combine(folder, file.Path);
            if (!File.Exists(path))
            {
                problems.Add($"{file.Path} is missing");
                continue;
            }

            try
            {
                var stream = File.OpenRead(path);
                await using var _ = stream.ConfigureAwait(false);
                await HoldAsync(file, stream, stream.Length, problems, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{file.Path} cannot be read: {e.Message}");
            }
        }

        return problems;
    }

    private static async Task<IReadOnlyList<string>> TarsAsync(IEnumerable<string> tars, BackupManifest manifest, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        var left = manifest.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        foreach (var tar in tars)
        {
            var oid = TarName().Match(Path.GetFileName(tar)).Groups["oid"].Value;
            var prefix = oid.Length == 0 ? "" : $"pg_tblspc/{oid}/";
            try
            {
                var stream = OpenTar(tar);
                await using var ofStream = stream.ConfigureAwait(false);
                var reader = new TarReader(stream);
                await using var ofReader = reader.ConfigureAwait(false);
                while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
                {
                    if (left.Remove(prefix + entry.Name.TrimStart('.', '/'), out var file))
                        await HoldAsync(file, entry.DataStream ?? Stream.Null, entry.Length, problems, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException or FormatException)
            {
                problems.Add($"{Path.GetFileName(tar)} cannot be read to its end: {e.Message}");
            }
        }

        return [.. problems, .. left.Values.Select(f => $"{f.Path} is missing")];
    }

    private static async Task HoldAsync(ManifestFile file, Stream stream, long length, List<string> problems, CancellationToken cancellationToken)
    {
        if (length != file.Size)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"{file.Path} has {length} bytes instead of {file.Size}"));
        else if (await FileChecksum.OfAsync(stream, file.Algorithm, cancellationToken).ConfigureAwait(false) is { } checksum && !checksum.Equals(file.Checksum, StringComparison.OrdinalIgnoreCase))
            problems.Add($"{file.Path} has another checksum than when it was backed up");
    }

    [GeneratedRegex(@"^(base|(?<oid>\d+))\.tar(\.gz)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TarName();
}
