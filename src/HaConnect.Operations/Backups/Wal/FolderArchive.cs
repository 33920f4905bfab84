using System.IO.Compression;

namespace HaConnect.Operations.Backups;

/// <summary>A folder with WAL.</summary>
/// <param name="folder">The folder.</param>
/// <param name="hasFolders">Whether its WAL lies in folders in it: Barman's does. Where a restore looks into the folder only, what lies deeper is not there.</param>
internal sealed class FolderArchive(string folder, bool hasFolders) : IWalArchive
{
    private static readonly (byte[] Beginning, string Suffix)[] s_compressions = [([0x1f, 0x8b, 0x08], ".gz"), ("BZh"u8.ToArray(), ".bz2")];

    public Task<IReadOnlyList<ArchivedFile>> ListAsync(CancellationToken cancellationToken)
    {
        List<ArchivedFile> files = [];
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = hasFolders, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None }))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (WalFileName.Split(file.Name) is { } name && (hasFolders && name.Suffix.Length == 0 ? CompressionOf(file.FullName) : name.Suffix) is { } suffix)
                files.Add(new(name.Name, suffix, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero), file.FullName));
        }

        return Task.FromResult<IReadOnlyList<ArchivedFile>>(files);
    }

    public async Task<byte[]> ReadAsync(ArchivedFile file, int? atMost, CancellationToken cancellationToken)
    {
        if (file.Suffix is not ("" or ".gz"))
            throw new InvalidDataException($"{file.Path} is kept in a form that is not read here ({file.Suffix})");
        var raw = File.OpenRead(file.Path);
        await using var ofRaw = raw.ConfigureAwait(false);
        Stream stream = file.Suffix.Length == 0 ? raw : new GZipStream(raw, CompressionMode.Decompress);
        await using var ofStream = stream.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        var buffer = new byte[atMost ?? 1 << 16];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length >= atMost)
                break;
        }

        return bytes.ToArray();
    }

    /// <summary>Barman compresses and leaves the name as it is, so that the beginning tells, as it does to Barman itself (<c>compression.py</c>).</summary>
    /// <returns>What others append for that; empty for none, null where the file has gone.</returns>
    private static string? CompressionOf(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var beginning = new byte[3];
            var read = stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
            return s_compressions.FirstOrDefault(c => beginning.AsSpan(0, read).SequenceEqual(c.Beginning)).Suffix ?? "";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // Barman has removed it meanwhile, or its folder with it
        }
    }
}
