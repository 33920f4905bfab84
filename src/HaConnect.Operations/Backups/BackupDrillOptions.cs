using Npgsql;

namespace HaConnect.Operations;

/// <summary>What is restored, to which point, and what is demanded of it.</summary>
public sealed class BackupDrillOptions
{
    /// <summary>Where backups and WAL are. With <see cref="TakeFrom"/> a <see cref="BackupRepositoryOptions.WalFolder"/> alone will do.</summary>
    public BackupRepositoryOptions Repository { get; } = new();

    /// <summary>
    /// A server, the primary or a standby, of which a new base backup is taken into the drill's own folder (<c>pg_basebackup</c>): Npgsql's connection string, with a role that may
    /// replicate. Null: one of the repository is used.
    /// </summary>
    public string? TakeFrom { get; set; }

    /// <summary>The backup by its name. Default: the newest one that ended before the target.</summary>
    public string? BackupName { get; set; }

    /// <summary>
    /// The moment to recover to: everything that was committed up to then, and nothing after it. Of <see cref="TargetTime"/>, <see cref="TargetLsn"/> and <see cref="TargetName"/> at
    /// most one. Default, with <see cref="Primary"/>: a second of now, which marks prove; without: the newest commit in the archive.
    /// </summary>
    public DateTimeOffset? TargetTime { get; set; }

    /// <summary>The LSN to recover to, for instance <c>0/3000060</c>.</summary>
    public string? TargetLsn { get; set; }

    /// <summary>The restore point (<c>pg_create_restore_point</c>) to recover to.</summary>
    public string? TargetName { get; set; }

    /// <summary>
    /// Connections to the primary, by any role that may connect, for marks: transactions with an id and nothing else, so that no table is needed and nothing is written but their commits. Where the role may run
    /// <c>pg_switch_wal()</c>, their WAL is archived at once; else the drill waits for it. Not used where a target is given. It stays the caller's.
    /// </summary>
    public NpgsqlDataSource? Primary { get; set; }

    /// <summary>Where the copy is made, in a folder of its own that only its server's user may enter, and that is removed at the end. Default: the folder for temporary files.</summary>
    public string? ParentFolder { get; set; }

    /// <summary>A superuser's name in the copy. It needs no password there: its socket is in the private folder, and it listens on no network. Default <c>postgres</c>.</summary>
    public string CopyUsername { get; set; } = "postgres";

    /// <summary>More settings of the copy's server, which win; for instance libraries to preload. Default none.</summary>
    public IDictionary<string, string> ServerSettings { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Within which time the copy must be laid out and recovered (RTO of a restore). Null: it is measured, and nothing is demanded.</summary>
    public TimeSpan? RestoreTimeTarget { get; set; }

    /// <summary>How long the recovery may take before it is given up. Default 1 h; 1 s to 7 days.</summary>
    public TimeSpan RecoveryTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the WAL of the marks may take to the archive. Default 5 min; 1 s to 1 day.</summary>
    public TimeSpan ArchiveTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The cluster's name in reports. Default <c>main</c>.</summary>
    public string Cluster { get; set; } = "main";

    /// <summary>Is told of each step, as a sentence; null for nobody.</summary>
    public IProgress<string>? Progress { get; set; }
}
