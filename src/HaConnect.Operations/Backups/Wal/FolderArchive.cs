using System.IO.Compression;

namespace HaConnect.Operations.Backups;

/// <summary>A folder with WAL.</summary>
/// <param name="folder">The folder.</param>
/// <param name="hasFolders">Whether its WAL lies in folders in it: Barman's does. Where a restore looks into the folder only, what lies deeper is not there.</param>
internal sealed class FolderArchive(string folder, bool hasFolders) : IWalArchive
{
    public Task<IReadOnlyList<ArchivedFile>> ListAsync(CancellationToken cancellationToken)
    {
        List<ArchivedFile> files = [];
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = hasFolders, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None }))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (WalFileName.Split(file.Name) is { } name)
                files.Add(new(name.Name, name.Suffix, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero), file.FullName));
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
}
