using Npgsql;

namespace HaConnect.Operations;

/// <summary>What a check of backups looks at, and its limits.</summary>
public sealed class BackupCheckOptions
{
    /// <summary>Where backups and WAL are.</summary>
    public BackupRepositoryOptions Repository { get; } = new();

    /// <summary>
    /// Connections to the primary, for the state of its archiver and what would be lost: any role that may connect will do. Null: it is not asked, and what is
    /// told rests on the archive alone. It stays the caller's.
    /// </summary>
    public NpgsqlDataSource? Primary { get; set; }

    /// <summary>Why there is none, where one was looked for: then it is a finding that it was not asked. Null where nobody looked.</summary>
    internal string? NoPrimary { get; set; }

    /// <summary>The cluster's name in reports and metrics. Default <c>main</c>.</summary>
    public string Cluster { get; set; } = "main";

    /// <summary>Above which age of the newest usable backup it is a warning. Default 26 h; must be positive.</summary>
    public TimeSpan WarningAge { get; set; } = TimeSpan.FromHours(26);

    /// <summary>Above which age it is critical. Default 50 h; at least <see cref="WarningAge"/>.</summary>
    public TimeSpan CriticalAge { get; set; } = TimeSpan.FromHours(50);

    /// <summary>Above which age of the newest commit that can be restored (RPO as it stands) it is a warning. Default 15 min; must be positive.</summary>
    public TimeSpan WarningRecoveryPoint { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Above which it is critical. Default 1 h; at least <see cref="WarningRecoveryPoint"/>.</summary>
    public TimeSpan CriticalRecoveryPoint { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many usable backups there must be at least. Default 1; 1 to 10,000.</summary>
    public int LeastBackups { get; set; } = 1;

    /// <summary>How far back a restore must reach: the oldest usable backup is at least as old. Null for no demand.</summary>
    public TimeSpan? ReachesBack { get; set; }

    /// <summary>How old a backup may be at most before it should have been removed. Null for no demand.</summary>
    public TimeSpan? NoneOlderThan { get; set; }

    /// <summary>A folder, mounted from another site, that must hold the same backups as <see cref="BackupRepositoryOptions.Folder"/>: the newest one's files are held to its manifest there. Null for none.</summary>
    public string? OffsiteFolder { get; set; }

    /// <summary>Likewise for <see cref="BackupRepositoryOptions.WalFolder"/>: each segment from the newest usable backup on must be there, with the same length. Null for none.</summary>
    public string? OffsiteWalFolder { get; set; }

    /// <summary>Whether the newest usable backup's files are read and held to their checksums: pg_verifybackup, or the repository's own. Takes as long as reading it. Default false.</summary>
    public bool VerifiesFiles { get; set; }

    /// <summary>Whether the WAL from the newest usable backup on is read record by record, each held to its checksum. Default false: the length and header of each segment only.</summary>
    public bool ReadsWal { get; set; }

    /// <summary>Is told of each step, as a sentence; null for nobody.</summary>
    public IProgress<string>? Progress { get; set; }
}
