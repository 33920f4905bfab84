using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>A stanza of pgBackRest.</summary>
internal sealed class PgBackRestRepository(PgBackRestProgram program, HostPrograms programs) : IBackupRepository
{
    public string Description => $"the stanza {program.Stanza} of pgBackRest";

    public bool? IsEncrypted { get; private set; }

    public IWalArchive? Wal { get; } = new PgBackRestArchive(program, programs);

    public async Task<IReadOnlyList<BaseBackup>> ListAsync(CancellationToken cancellationToken)
    {
        var info = PgBackRestInfo.Parse(await program.RunToSuccessAsync(["--output=json", "info"], "/", cancellationToken).ConfigureAwait(false), program.Stanza);
        IsEncrypted = info.IsEncrypted;
        return info.Problem is not null && info.Backups.Count == 0 ? throw new InvalidOperationException($"pgBackRest says of the stanza {program.Stanza}: {info.Problem}") : info.Backups;
    }

    /// <summary>By <c>pgbackrest verify</c>, which reads all of the repository, the archive too: what it says of this backup, and of WAL.</summary>
    public async Task<IReadOnlyList<string>> VerifyAsync(BaseBackup backup, CancellationToken cancellationToken)
    {
        // It tells of damages in its log, and ends with 0 all the same.
        var result = await program.RunAsync(["--log-level-console=info", "verify"], "/", cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0 && !result.Text.Contains("status: error", StringComparison.Ordinal))
            return [];
        string[] lines = [.. result.Text.Split('\n').Where(l => l.Contains("invalid result ", StringComparison.Ordinal)).Select(l => l[(l.IndexOf("invalid result ", StringComparison.Ordinal) + "invalid result ".Length)..].Trim())];
        return lines.Length > 0 ? lines : [$"pgbackrest verify ended with {result.ExitCode}: {result.Text}"];
    }

    public string? UnverifiedOf(BaseBackup backup, bool isCopied) => null; // its own checksums, of each file

    public async Task RestoreAsync(BaseBackup backup, RestorePlace to, HostPrograms programs, CancellationToken cancellationToken)
    {
        await programs.RunToSuccessAsync("mkdir", ["-m", "700", to.Data, to.Tablespaces, LockFolder(to)], null, to.Root, cancellationToken).ConfigureAwait(false);
        await program.RunToSuccessAsync([$"--set={backup.Name}", $"--pg1-path={to.Data}", $"--tablespace-map-all={to.Tablespaces}", $"--lock-path={LockFolder(to)}", "--archive-mode=off", "restore"], to.Root, cancellationToken).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<string>?> VerifyCopyAsync(BaseBackup backup, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>?>(null);

    public string? RestoreCommand(RestorePlace place) =>
        $"{program.CommandLine([$"--pg1-path={place.Data}", $"--lock-path={LockFolder(place)}", "--no-archive-async", "archive-get"]).Replace("%", "%%", StringComparison.Ordinal)} %f \"%p\"";

    /// <summary>A drill must not keep pgBackRest's own work waiting.</summary>
    private static string LockFolder(RestorePlace place) => Path.Combine(place.Root, "locks");
}
