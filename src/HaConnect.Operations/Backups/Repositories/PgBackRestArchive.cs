using System.Text.Json;
using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>The archive of a stanza, wherever its repository is: listed by <c>repo-ls</c>, read by <c>repo-get</c>.</summary>
internal sealed class PgBackRestArchive(PgBackRestProgram program, HostPrograms programs) : IWalArchive
{
    public async Task<IReadOnlyList<ArchivedFile>> ListAsync(CancellationToken cancellationToken) =>
        Parse(await program.RunToSuccessAsync(["--recurse", "--output=json", "repo-ls", $"archive/{program.Stanza}"], "/", cancellationToken).ConfigureAwait(false));

    /// <summary>By <c>repo-get</c>, which decrypts, and the program that unpacks it: <c>archive-get</c> insists on a data folder. All of it, whatever is wanted.</summary>
    public async Task<byte[]> ReadAsync(ArchivedFile file, int? atMost, CancellationToken cancellationToken)
    {
        var folder = (await programs.RunToSuccessAsync("mktemp", ["-d", Path.Combine(Path.GetTempPath(), "haconnect-wal-XXXXXXXX")], null, "/", cancellationToken).ConfigureAwait(false)).Trim();
        try
        {
            var unpack = Path.GetExtension(file.Path) switch
            {
                ".gz" => "gzip -dc",
                ".lz4" => "lz4 -dc",
                ".zst" => "zstd -dc",
                ".bz2" => "bzip2 -dc",
                _ => "cat",
            };
            var result = await programs.RunAsync("/bin/sh", ["-c", $"{program.CommandLine(["repo-get", $"archive/{program.Stanza}/{file.Path}"])} > kept && {unpack} < kept > wal"], null, folder, cancellationToken).ConfigureAwait(false);
            return result.ExitCode == 0 ? await File.ReadAllBytesAsync(Path.Combine(folder, "wal"), cancellationToken).ConfigureAwait(false) : throw new InvalidDataException($"it could not be fetched and unpacked: {result.Text}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static IReadOnlyList<ArchivedFile> Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        List<ArchivedFile> files = [];
        foreach (var file in document.RootElement.EnumerateObject())
        {
            if (file.Value.GetProperty("type").GetString() == "file" && WalFileName.Split(Path.GetFileName(file.Name)) is { } name)
                files.Add(new(name.Name, name.Suffix, file.Value.GetProperty("size").GetInt64(), DateTimeOffset.FromUnixTimeSeconds(file.Value.GetProperty("time").GetInt64()), file.Name));
        }

        return files;
    }
}
