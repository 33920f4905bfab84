using System.Text.Json;
using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>The archive of a stanza, wherever its repository is: listed by <c>repo-ls</c>, read by <c>archive-get</c>.</summary>
internal sealed class PgBackRestArchive(PgBackRestProgram program, HostPrograms programs) : IWalArchive
{
    public async Task<IReadOnlyList<ArchivedFile>> ListAsync(CancellationToken cancellationToken) =>
        Parse(await program.RunToSuccessAsync(["--recurse", "--output=json", "repo-ls", $"archive/{program.Stanza}"], "/", cancellationToken).ConfigureAwait(false));

    /// <summary>It is laid down in a temporary folder: pgBackRest writes it nowhere else. It holds it to its checksum.</summary>
    public async Task<byte[]> ReadAsync(ArchivedFile file, int? atMost, CancellationToken cancellationToken)
    {
        var folder = (await programs.RunToSuccessAsync("mktemp", ["-d", Path.Combine(Path.GetTempPath(), "haconnect-wal-XXXXXXXX")], null, "/", cancellationToken).ConfigureAwait(false)).Trim();
        try
        {
            var path = Path.Combine(folder, "wal");
            var result = file.IsSegment || file.IsHistory
                ? await program.RunAsync([$"--pg1-path={folder}", "--no-archive-async", "archive-get", file.Name, path], folder, cancellationToken).ConfigureAwait(false)
                : await program.RunAsync(["repo-get", $"archive/{program.Stanza}/{file.Path}"], folder, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
                throw new InvalidDataException($"pgBackRest ended with {result.ExitCode}: {result.Text}");
            return File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false) : System.Text.Encoding.UTF8.GetBytes(result.Output);
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
