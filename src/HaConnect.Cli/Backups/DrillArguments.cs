using System.CommandLine;
using HaConnect.Cli.Connecting;
using HaConnect.Operations;

namespace HaConnect.Cli.Backups;

/// <summary>What a drill restores, and to which point.</summary>
internal sealed class DrillArguments
{
    private readonly Option<bool> _take = new("--take") { Description = "Take a new base backup of the primary, by the role of Failover.Replication, instead of using one of the repository. It goes with the copy." };
    private readonly Option<string?> _takeFrom = new("--take-from") { Description = "Likewise, of this server: a connection string without password." };
    private readonly Option<string?> _backup = new("--backup") { Description = "The backup by its name. Default: the newest that ended before the target." };
    private readonly Option<DateTimeOffset?> _time = new("--target-time") { Description = "Recover to this moment, for instance \"2026-11-27 14:00:00Z\". Default: a second of now, proven by marks, where a cluster is named; else the newest commit in the archive." };
    private readonly Option<string?> _lsn = new("--target-lsn") { Description = "Recover to this LSN." };
    private readonly Option<string?> _name = new("--target-name") { Description = "Recover to this restore point." };
    private readonly Option<string?> _folder = new("--folder") { Description = "Where the copy is made, in a folder of its own that is removed. Default: the folder for temporary files." };
    private readonly Option<string?> _user = new("--copy-username") { Description = "A superuser's name in the copy. Default: postgres." };
    private readonly Option<string[]?> _settings = new("--setting") { Description = "A setting of the copy's server: --setting shared_preload_libraries=timescaledb. Can be given several times." };
    private readonly Option<TimeSpan?> _target = HoursOption.Create("--within", "Within which time the copy must be laid out and recovered.");
    private readonly Option<TimeSpan?> _recovery = HoursOption.Create("--recovery-timeout", "How long the recovery may take. Default 1h.");
    private readonly Option<TimeSpan?> _archive = HoursOption.Create("--archive-timeout", "How long the WAL of the marks may take to the archive. Default 5min.");

    internal IEnumerable<Option> All => [_take, _takeFrom, _backup, _time, _lsn, _name, _folder, _user, _settings, _target, _recovery, _archive];

    /// <exception cref="UsageException">An option cannot be used.</exception>
    internal void Set(BackupDrillOptions options, ClusterPrimary primary, ParseResult parsed)
    {
        options.TakeFrom = parsed.GetValue(_takeFrom) is { } from ? SettingsReader.Parse(from, "--take-from").ConnectionString : null;
        if (parsed.GetValue(_take))
            options.TakeFrom ??= primary.ReplicationConnection ?? throw new UsageException($"--take takes a backup of the primary, and there is none: {primary.Problem ?? "no cluster is named; give --connection or --config."}");
        options.BackupName = parsed.GetValue(_backup);
        (options.TargetTime, options.TargetLsn, options.TargetName) = (parsed.GetValue(_time), parsed.GetValue(_lsn), parsed.GetValue(_name));
        options.ParentFolder = parsed.GetValue(_folder);
        options.CopyUsername = parsed.GetValue(_user) ?? options.CopyUsername;
        options.RestoreTimeTarget = parsed.GetValue(_target);
        options.RecoveryTimeout = parsed.GetValue(_recovery) ?? options.RecoveryTimeout;
        options.ArchiveTimeout = parsed.GetValue(_archive) ?? options.ArchiveTimeout;
        foreach (var setting in parsed.GetValue(_settings) ?? [])
        {
            if (setting.Split('=', 2) is not [{ Length: > 0 } name, var value])
                throw new UsageException($"--setting is '{setting}'; write name=value.");
            options.ServerSettings[name] = value;
        }
    }
}
