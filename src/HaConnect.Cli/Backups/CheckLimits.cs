using System.CommandLine;
using HaConnect.Operations;

namespace HaConnect.Cli.Backups;

/// <summary>The limits of a check, and what else it looks at.</summary>
internal sealed class CheckLimits
{
    private readonly Option<TimeSpan?> _warningAge = HoursOption.Create("--max-age", "Above which age of the newest usable backup it is a warning. Default 26h.");
    private readonly Option<TimeSpan?> _criticalAge = HoursOption.Create("--critical-age", "Above which age it is critical. Default 50h.");
    private readonly Option<TimeSpan?> _warningPoint = HoursOption.Create("--max-loss", "Above which age of the newest commit that can be restored it is a warning. Default 15min.");
    private readonly Option<TimeSpan?> _criticalPoint = HoursOption.Create("--critical-loss", "Above which age it is critical. Default 1h.");
    private readonly Option<int?> _least = new("--least-backups") { Description = "How many usable backups there must be at least. Default 1." };
    private readonly Option<TimeSpan?> _reach = HoursOption.Create("--reaches-back", "How far back a restore must reach.");
    private readonly Option<TimeSpan?> _oldest = HoursOption.Create("--none-older-than", "How old a backup may be at most.");
    private readonly Option<string?> _offsite = new("--offsite-backups") { Description = "A folder at another site that must hold the same backups as --backups." };
    private readonly Option<string?> _offsiteWal = new("--offsite-wal") { Description = "A folder at another site that must hold the same WAL as the archive." };
    private readonly Option<bool> _verify = new("--verify") { Description = "Read the files of the newest usable backup, and hold them to their checksums." };
    private readonly Option<bool> _readWal = new("--read-wal") { Description = "Read the WAL from that backup on record by record." };

    internal IEnumerable<Option> All => [_warningAge, _criticalAge, _warningPoint, _criticalPoint, _least, _reach, _oldest, _offsite, _offsiteWal, _verify, _readWal];

    internal void Set(BackupCheckOptions options, ParseResult parsed)
    {
        (options.WarningAge, options.CriticalAge) = Pair(parsed.GetValue(_warningAge), parsed.GetValue(_criticalAge), options.WarningAge, options.CriticalAge);
        (options.WarningRecoveryPoint, options.CriticalRecoveryPoint) = Pair(parsed.GetValue(_warningPoint), parsed.GetValue(_criticalPoint), options.WarningRecoveryPoint, options.CriticalRecoveryPoint);
        options.LeastBackups = parsed.GetValue(_least) ?? options.LeastBackups;
        (options.ReachesBack, options.NoneOlderThan) = (parsed.GetValue(_reach), parsed.GetValue(_oldest));
        (options.OffsiteFolder, options.OffsiteWalFolder) = (parsed.GetValue(_offsite), parsed.GetValue(_offsiteWal));
        (options.VerifiesFiles, options.ReadsWal) = (parsed.GetValue(_verify), parsed.GetValue(_readWal));
    }

    /// <summary>One that is given alone moves the other's default out of its way.</summary>
    private static (TimeSpan Warning, TimeSpan Critical) Pair(TimeSpan? warning, TimeSpan? critical, TimeSpan warningByDefault, TimeSpan criticalByDefault) => (warning, critical) switch
    {
        ({ } w, null) => (w, w > criticalByDefault ? w : criticalByDefault),
        (null, { } c) => (c < warningByDefault ? c : warningByDefault, c),
        _ => (warning ?? warningByDefault, critical ?? criticalByDefault),
    };
}
