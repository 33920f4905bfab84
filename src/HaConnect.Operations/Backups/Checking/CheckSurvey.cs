using HaConnect.Operations.Processes;
using HaConnect.Operations.Rejoining;
using Npgsql;

namespace HaConnect.Operations.Backups;

/// <summary>Finds out what a check goes by.</summary>
internal sealed class CheckSurvey(BackupCheckOptions options, TimeProvider time)
{
    private static readonly WalGeometry s_usual = new(16 << 20, 8192);

    internal async Task<CheckFacts> RunAsync(CancellationToken cancellationToken)
    {
        var programs = await HostPrograms.FindAsync(options.Repository.ProgramDirectory, options.Repository.RunAs, cancellationToken).ConfigureAwait(false);
        var repository = RepositoryFactory.Open(options.Repository, programs);
        Tell($"looking at {repository.Description}");
        var backups = await repository.ListAsync(cancellationToken).ConfigureAwait(false);
        var archive = repository.Wal is { } wal ? await new SettledArchive(wal, time).ReadAsync(cancellationToken).ConfigureAwait(false) : null;
        var geometry = archive?.Geometry ?? s_usual;
        List<BackupCoverage> covered = [.. backups.Select(b => BackupCoverage.Of(b, archive, geometry))];
        var (archiver, silent) = await AskAsync(cancellationToken).ConfigureAwait(false);
        var facts = new CheckFacts(archiver?.Now ?? time.GetUtcNow(), repository.Description, covered, geometry)
        {
            Archive = archive,
            Archiver = archiver,
            ReceivesWal = repository.ReceivesWal,
            NotAsked = archiver is null && silent is null ? "no connection to it was given." : null,
            Silent = silent,
            IsEncrypted = repository.IsEncrypted,
        };
        if (archive is not null)
            facts = await WithWalAsync(facts, archive, cancellationToken).ConfigureAwait(false);
        if (options.VerifiesFiles && facts.Newest is { } newest)
        {
            Tell($"reading the files of {newest.Backup.Name}");
            facts = facts with { FileProblems = await repository.VerifyAsync(newest.Backup, cancellationToken).ConfigureAwait(false) };
            if (repository.UnverifiedOf(newest.Backup, isCopied: false) is { } sentence)
                facts = facts with { Unverified = [(newest.Backup.Name, sentence)] };
        }

        if (options.OffsiteFolder is null && options.OffsiteWalFolder is null)
            return facts;
        Tell("looking at the off-site copies");
        var (problems, unverified) = await OffsiteCopies.LookAsync(options, facts.Newest, archive, geometry, cancellationToken).ConfigureAwait(false);
        return facts with { OffsiteProblems = problems, Unverified = [.. facts.Unverified, .. unverified.Select(u => ("off-site copy", u))] };
    }

    private async Task<CheckFacts> WithWalAsync(CheckFacts facts, ArchiveContents archive, CancellationToken cancellationToken)
    {
        var begin = facts.Oldest?.Coverage?.Begin ?? 0;
        Tell("looking at the archived WAL");
        var bad = await SegmentExamination.ExamineAsync(archive, archive.Segments.Where(s => WalFileName.SegmentOf(s.Name, facts.Geometry.SegmentSize) >= begin).OrderBy(s => s.Name, StringComparer.Ordinal),
            facts.Archiver?.SystemIdentifier ?? facts.Newest?.Backup.SystemIdentifier, cancellationToken).ConfigureAwait(false);
        facts = facts with { BadSegments = bad };
        if (facts.Newest is not { Coverage: { } coverage, Backup: { } backup })
            return facts;
        // Where one is no WAL, recovery ends before it.
        var reader = new ArchiveReader(archive, coverage.EndingBefore(bad.Select(b => b.Name), facts.Geometry));
        facts = facts with { Point = (await reader.FindRecoveryPointAsync(cancellationToken).ConfigureAwait(false)).OrTheEndOf(backup, coverage) };
        if (!options.ReadsWal)
            return facts;
        Tell("reading the archived WAL record by record");
        return facts with { Damage = await reader.FindDamageAsync(backup.StartLsn, cancellationToken).ConfigureAwait(false) };
    }

    private async Task<(ArchiverState? State, string? Problem)> AskAsync(CancellationToken cancellationToken)
    {
        if (options.Primary is not { } primary)
            return (null, options.NoPrimary);
        try
        {
            return (await ArchiverState.ReadAsync(primary, cancellationToken).ConfigureAwait(false), null);
        }
        catch (NpgsqlException e)
        {
            return (null, e.Message);
        }
    }

    private void Tell(string sentence) => options.Progress?.Report(sentence);
}
