namespace HaConnect.Operations;

/// <summary>Where base backups and archived WAL are: one of <see cref="Folder"/>, <see cref="PgBackRestStanza"/> and <see cref="BarmanServer"/>.</summary>
public sealed class BackupRepositoryOptions
{
    /// <summary>A folder with base backups as pg_basebackup writes them (plain, tar, tar.gz), each in a folder of its own; or the folder of one.</summary>
    public string? Folder { get; set; }

    /// <summary>The folder into which <c>archive_command</c> or pg_receivewal puts WAL; not folders in it, into which a restore does not look. With <see cref="Folder"/> only; null where no WAL is archived.</summary>
    public string? WalFolder { get; set; }

    /// <summary>The stanza of pgBackRest.</summary>
    public string? PgBackRestStanza { get; set; }

    /// <summary>pgBackRest's configuration file. Default: its own.</summary>
    public string? PgBackRestConfig { get; set; }

    /// <summary>pgBackRest as a command and its first arguments, for instance to run it on another host. Default: <c>pgbackrest</c>.</summary>
    public IReadOnlyList<string> PgBackRestCommand { get; set; } = ["pgbackrest"];

    /// <summary>The server's name in Barman.</summary>
    public string? BarmanServer { get; set; }

    /// <summary>Barman's configuration file. Default: its own.</summary>
    public string? BarmanConfig { get; set; }

    /// <summary>Barman as a command and its first arguments. Default: <c>barman</c>.</summary>
    public IReadOnlyList<string> BarmanCommand { get; set; } = ["barman"];

    /// <summary>Where pg_verifybackup and PostgreSQL's other programs are: of the major version of the backups. Default: found by <c>PATH</c>.</summary>
    public string? ProgramDirectory { get; set; }

    /// <summary>As whom programs run where the caller is root, as whom PostgreSQL does not run. Default: postgres, else nobody.</summary>
    public string? RunAs { get; set; }
}
