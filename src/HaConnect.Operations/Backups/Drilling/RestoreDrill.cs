using HaConnect.Operations.Processes;
using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>One drill, part by part. What is damaged ends it with findings, what cannot be used with an exception; in every case the folder goes.</summary>
internal sealed class RestoreDrill(BackupDrillOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(200);

    private readonly Phases _phases = new(time, options.Progress);
    private readonly List<BackupFinding> _findings = [];
    private readonly List<string> _notes = [];
    private readonly DateTimeOffset _at = time.GetUtcNow();

    internal async Task<BackupDrillReport> RunAsync(CancellationToken cancellationToken)
    {
        var programs = await HostPrograms.FindAsync(options.Repository.ProgramDirectory, options.Repository.RunAs, cancellationToken).ConfigureAwait(false);
        if (options.TakeFrom is null)
            RepositoryFactory.Open(options.Repository, programs); // before a folder is made
        var folder = await DrillFolder.MakeAsync(options.ParentFolder, programs, cancellationToken).ConfigureAwait(false);
        await using var _ = folder.ConfigureAwait(false);
        foreach (var leftover in folder.Leftovers)
            _notes.Add($"{leftover} is of another drill: remove it, unless that runs now.");
        if (options.TakeFrom is { } from)
            await TakeAsync(from, folder.Place, programs, cancellationToken).ConfigureAwait(false);
        var repository = Open(folder.Place, programs);
        var (target, marks) = await TargetAsync(repository, cancellationToken).ConfigureAwait(false);
        return await RestoreAsync(repository, folder.Place, programs, target, marks, cancellationToken).ConfigureAwait(false);
    }

    private Task<bool> TakeAsync(string from, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken) => _phases.RunAsync("take", "taking a base backup", async () =>
    {
        await TakenBackup.TakeAsync(from, place, programs, cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <summary>With a new backup, its folder stands for the repository's.</summary>
    private IBackupRepository Open(RestorePlace place, HostPrograms programs) => options.TakeFrom is null ? RepositoryFactory.Open(options.Repository, programs)
        : RepositoryFactory.Open(new BackupRepositoryOptions { Folder = TakenBackup.FolderIn(place), WalFolder = options.Repository.WalFolder }, programs);

    private async Task<(DrillTarget? Target, IReadOnlyList<Mark> Marks)> TargetAsync(IBackupRepository repository, CancellationToken cancellationToken)
    {
        if (DrillTarget.Of(options) is { } given)
            return (given, []);
        if (options.Primary is not { } primary)
            return (null, []);
        return await _phases.RunAsync("mark", "writing marks at the primary", async () =>
        {
            await repository.ListAsync(cancellationToken).ConfigureAwait(false); // Barman tells where its WAL is
            if (repository.Wal is not { } wal)
                return ((DrillTarget?)null, (IReadOnlyList<Mark>)[]);
            var writer = new MarkWriter(primary, time);
            var (second, marks) = await writer.WriteAsync(cancellationToken).ConfigureAwait(false);
            var (segment, isSwitched) = await writer.SwitchAsync(cancellationToken).ConfigureAwait(false);
            await UntilArchivedAsync(wal, segment, isSwitched, cancellationToken).ConfigureAwait(false);
            return (new DrillTarget { Time = second }, marks);
        }).ConfigureAwait(false);
    }

    private async Task UntilArchivedAsync(IWalArchive wal, string segment, bool isSwitched, CancellationToken cancellationToken)
    {
        options.Progress?.Report($"waiting for {segment} in the archive");
        var (archive, startedAt) = (new SettledArchive(wal, time), time.GetTimestamp());
        for (long? size = null; ;)
        {
            (var isWhole, size) = await archive.LookAsync(segment, size, cancellationToken).ConfigureAwait(false);
            if (isWhole)
                return;
            if (time.GetElapsedTime(startedAt) > options.ArchiveTimeout)
            {
                throw new InvalidOperationException($"{segment} is not in the archive{(size is null ? "" : " as a whole")} after {Words.Of(options.ArchiveTimeout)} (ArchiveTimeout). " + (isSwitched
                    ? "See pg_stat_archiver and the primary's log for why it does not archive, or whether the folder named is the one into which it does."
                    : "The role may not run pg_switch_wal(), so that the segment must fill first: set archive_timeout at the primary, or GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() to the role."));
            }

            await Task.Delay(s_turn, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<BackupDrillReport> RestoreAsync(IBackupRepository repository, RestorePlace place, HostPrograms programs, DrillTarget? target, IReadOnlyList<Mark> marks, CancellationToken cancellationToken)
    {
        var sight = await _phases.RunAsync("look", "looking at backups and WAL", () => DrillSight.LookAsync(repository, target, options.BackupName, cancellationToken)).ConfigureAwait(false);
        _findings.AddRange(sight.Findings);
        var report = new BackupDrillReport(options.Cluster, _at, repository.Description, sight.Target.ToString(), [], [], []) { RestoreTimeTarget = options.RestoreTimeTarget };
        if (sight.Chosen is not { Backup: { } backup } || sight.Findings.Any(f => f.State == CheckState.Critical && f.Subject != sight.NewestBroken))
            return Ended(report);
        report = report with { Backup = backup.Name };
        await ProgramVersion.RequireAsync(backup, place, programs, cancellationToken).ConfigureAwait(false);
        DiskSpace.Require(backup.Size ?? 0, place.Root);

        if (!await CopyAsync(repository, backup, place, programs, cancellationToken).ConfigureAwait(false))
            return Ended(report);
        var control = new ControlData(await programs.RunToSuccessAsync("pg_controldata", ["-D", place.Data], null, place.Root, cancellationToken).ConfigureAwait(false));
        using var server = await CopyServer.StartAsync(place, programs, control, sight.Target, repository.RestoreCommand(place), options, cancellationToken).ConfigureAwait(false);
        var state = await _phases.RunAsync("recover", $"recovering to {sight.Target}", () => server.WaitAsync(options.RecoveryTimeout, time, cancellationToken)).ConfigureAwait(false);
        var log = await server.ReadLogAsync(cancellationToken).ConfigureAwait(false);
        if (state is null || log.LacksSettings)
        {
            _findings.AddRange(RecoveryFailure.Of(log, sight, options.CopyUsername));
            return Ended(report);
        }

        var outcome = new CopyOutcome(state, log, sight.Target, marks);
        report = await outcome.ProveAsync(report, server, cancellationToken).ConfigureAwait(false) with { RestoreTime = _phases.Of("copy", "recover") };
        if (!report.IsProven)
            _findings.Add(new(CheckState.Critical, "target", report.Proof!));
        if (options.RestoreTimeTarget < report.RestoreTime)
            _findings.Add(new(CheckState.Critical, "time to restore", $"{Words.Of(report.RestoreTime.Value)}, and at most {Words.Of(options.RestoreTimeTarget.Value)} were wanted"));
        report = await ReadAsync(report, server, place, programs, cancellationToken).ConfigureAwait(false);
        if (options.VerifyAgainst is { } side)
            report = report with { Verification = await CompareAsync(side, server, state, cancellationToken).ConfigureAwait(false) };
        await StopAsync(server, control, place, programs, cancellationToken).ConfigureAwait(false);
        return Ended(report);
    }

    /// <returns>False where the backup is damaged.</returns>
    private async Task<bool> CopyAsync(IBackupRepository repository, BaseBackup backup, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken)
    {
        try
        {
            await _phases.RunAsync("copy", $"laying out {backup.Name}", async () =>
            {
                await repository.RestoreAsync(backup, place, programs, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch (InvalidOperationException e)
        {
            _findings.Add(new(CheckState.Critical, backup.Name, $"this backup cannot be laid out: {e.Message}"));
            return false;
        }

        await ProgramVersion.RequireAsync(backup, place, programs, cancellationToken).ConfigureAwait(false);
        if (await _phases.RunAsync("verify", $"verifying {backup.Name}", () => repository.VerifyCopyAsync(backup, place, programs, cancellationToken)).ConfigureAwait(false) is not { } problems)
        {
            _notes.Add($"{repository.Description} holds files to their checksums itself while it lays them out; they were not verified once more.");
            return true;
        }

        _findings.AddRange(problems.Select(p => new BackupFinding(CheckState.Critical, backup.Name, p)));
        if (repository.UnverifiedOf(backup, isCopied: true) is { } unverified)
            _findings.Add(new(CheckState.Warning, backup.Name, unverified));
        return problems.Count == 0;
    }

    private async Task<BackupDrillReport> ReadAsync(BackupDrillReport report, CopyServer server, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken)
    {
        var reading = new TableReading(server);
        await _phases.RunAsync("read", "reading every table", async () =>
        {
            await reading.RunAsync(cancellationToken).ConfigureAwait(false);
            foreach (var database in reading.WithAmcheck)
            {
                var checkedIndexes = await programs.RunAsync("pg_amcheck", ["-h", place.Root, "-p", "5432", "-U", options.CopyUsername, "-d", database], null, place.Root, cancellationToken).ConfigureAwait(false);
                if (checkedIndexes.ExitCode != 0)
                    _findings.Add(new(CheckState.Critical, database, $"pg_amcheck ended with {checkedIndexes.ExitCode}: {checkedIndexes.Text}"));
            }

            return true;
        }).ConfigureAwait(false);
        _findings.AddRange(reading.Findings);
        if (reading.WithAmcheck.Count == 0)
            _notes.Add("The extension amcheck is in no database: indexes were not checked. CREATE EXTENSION amcheck at the primary lets a later drill do that.");
        if (reading.Left > 0)
            _notes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{reading.Left} unlogged tables or materialized views without rows were left out: a backup has no rows of them."));
        return report with { Tables = reading.Tables, Rows = reading.Rows };
    }

    private Task<VerificationReport> CompareAsync(VerificationSide side, CopyServer server, CopyState state, CancellationToken cancellationToken) => _phases.RunAsync("compare", $"comparing with {side.Name}", async () =>
    {
        var database = new Npgsql.NpgsqlConnectionStringBuilder(side.ConnectionString);
        var copy = new VerificationSide("copy", server.ConnectionStringOf(database.Database ?? database.Username ?? "postgres"));
        var verification = await Verification.RunAsync(side, copy, RowComparison.Options(state.NextTransactionId, time), cancellationToken).ConfigureAwait(false);
        if (RowComparison.FindingOf(verification, side.Name) is { } finding)
            _findings.Add(finding);
        return verification;
    });

    private Task<bool> StopAsync(CopyServer server, ControlData control, RestorePlace place, HostPrograms programs, CancellationToken cancellationToken) => _phases.RunAsync("stop", "stopping the copy", async () =>
    {
        await server.StopAsync(cancellationToken).ConfigureAwait(false);
        if (!control.HasChecksums)
        {
            _notes.Add("The cluster has no data checksums: pages that nobody read may be damaged without being seen.");
            return false;
        }

        var pages = await programs.RunAsync("pg_checksums", ["--check", "-D", place.Data], null, place.Root, cancellationToken).ConfigureAwait(false);
        if (pages.ExitCode != 0)
            _findings.Add(new(CheckState.Critical, "checksums", $"pg_checksums ended with {pages.ExitCode}: {pages.Text}"));
        return true;
    });

    private BackupDrillReport Ended(BackupDrillReport report) => report with { Findings = [.. _findings.OrderByDescending(f => f.State == CheckState.Critical)], Phases = _phases.Done, Notes = _notes };
}
