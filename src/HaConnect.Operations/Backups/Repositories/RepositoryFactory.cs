using HaConnect.Operations.Processes;

namespace HaConnect.Operations.Backups;

/// <summary>The repository that options name.</summary>
internal static class RepositoryFactory
{
    /// <exception cref="ArgumentException">They name none, more than one, or one that is not there.</exception>
    internal static IBackupRepository Open(BackupRepositoryOptions options, HostPrograms programs)
    {
        string?[] named = [options.Folder, options.PgBackRestStanza, options.BarmanServer];
        if (named.Count(n => !string.IsNullOrWhiteSpace(n)) != 1)
        {
            throw new ArgumentException($"{(named.All(string.IsNullOrWhiteSpace) ? "No place" : "More than one place")} with backups is named. Name one: Folder (with WalFolder), PgBackRestStanza, or BarmanServer.", nameof(options));
        }

        if (options.WalFolder is not null && options.Folder is null)
            throw new ArgumentException($"WalFolder is '{options.WalFolder}', and goes with Folder only: pgBackRest and Barman know their archives. Leave it out.", nameof(options));
        if (options.PgBackRestStanza is { } stanza)
            return new PgBackRestRepository(new PgBackRestProgram(options.PgBackRestCommand, stanza, options.PgBackRestConfig, programs), programs);
        if (options.BarmanServer is { } server)
            return new BarmanRepository(new BarmanProgram(options.BarmanCommand, server, options.BarmanConfig, programs), programs);
        return new FolderRepository(Existing(options.Folder!, nameof(options.Folder)), options.WalFolder is { } wal ? Existing(wal, nameof(options.WalFolder)) : null, programs);
    }

    /// <exception cref="ArgumentException">It is not there.</exception>
    internal static string Existing(string folder, string option) => Directory.Exists(folder) ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
        : throw new ArgumentException($"{option} is '{folder}', and there is no such folder. Correct it, or mount what is to be there.", option);
}
