using System.Globalization;
using NpgsqlTypes;

namespace HaConnect.Operations.Backups;

/// <summary>What a check makes of what it has found out. Pure.</summary>
internal static class CheckRules
{
    internal static IReadOnlyList<BackupFinding> Judge(CheckFacts facts, BackupCheckOptions options) =>
        [.. Backups(facts, options).Concat(Retention(facts, options)).Concat(Wal(facts)).Concat(Archiver(facts)).Concat(RecoveryPoint(facts, options)).Concat(Copies(facts)).OrderByDescending(f => Rank(f.State))];

    internal static IReadOnlyList<string> Notes(CheckFacts facts)
    {
        List<string> notes = [];
        if (facts.Archive is null)
            notes.Add("No archive of WAL was named: nothing behind the end of a backup was looked at.");
        if (facts.NotAsked is { } reason)
            notes.Add($"The primary was not asked: {reason}");
        if (facts.Archive?.Files.Values.Where(f => f.IsPartial).Select(f => f.Name).ToList() is { Count: > 0 } partial)
            notes.Add($"Recovery does not read partial segments, and there {(partial.Count == 1 ? "is one" : "are some")}: {string.Join(", ", partial.Take(5))}.");
        if (facts.FileProblems is null)
            notes.Add("The files of the backups were not read; a drill, or a check that verifies files, does that.");
        notes.Add(facts.IsEncrypted switch
        {
            true => "The repository is encrypted.",
            false => "The repository is not encrypted: whoever reads its disk reads the data.",
            null => "Whether the folders are on an encrypted disk cannot be told from here.",
        });
        return notes;
    }

    private static IEnumerable<BackupFinding> Backups(CheckFacts facts, BackupCheckOptions options)
    {
        foreach (var (position, backup) in facts.Backups.Index().Where(b => !b.Item.IsUsable))
            yield return new(position == facts.Backups.Count - 1 || facts.Newest is null ? CheckState.Critical : CheckState.Warning, backup.Backup.Name, $"this backup cannot be restored: {backup.Problem}");
        if (facts.Newest is not { } newest)
        {
            yield return new(CheckState.Critical, "backup", $"there is no base backup in {facts.Where} that can be restored");
            yield break;
        }

        if (facts.Archiver is { } archiver && newest.Backup.SystemIdentifier is { } own && own != archiver.SystemIdentifier)
            yield return new(CheckState.Critical, newest.Backup.Name, string.Create(CultureInfo.InvariantCulture, $"this backup is of another cluster: its system identifier is {own}, the primary's {archiver.SystemIdentifier}"));
        if (newest.Backup.FinishedAt is { } at && facts.Now - at is var age && age > options.WarningAge)
            yield return new(age > options.CriticalAge ? CheckState.Critical : CheckState.Warning, newest.Backup.Name, $"the newest usable backup is {Words.Of(age)} old; at most {Words.Of(age > options.CriticalAge ? options.CriticalAge : options.WarningAge)} are wanted");
        foreach (var problem in facts.FileProblems ?? [])
            yield return new(CheckState.Critical, newest.Backup.Name, problem);
        foreach (var (subject, sentence) in facts.Unverified)
            yield return new(CheckState.Warning, subject, sentence);
    }

    private static IEnumerable<BackupFinding> Retention(CheckFacts facts, BackupCheckOptions options)
    {
        if (facts.Backups.Count(b => b.IsUsable) is var usable && usable < options.LeastBackups)
            yield return new(CheckState.Warning, "retention", string.Create(CultureInfo.InvariantCulture, $"{usable} of at least {options.LeastBackups} usable backups are there"));
        if (options.ReachesBack is { } reach && !(facts.Now - facts.Oldest?.Backup.FinishedAt >= reach))
            yield return new(CheckState.Warning, "retention", $"a restore must reach back {Words.Of(reach)}, and {(facts.Oldest?.Backup.FinishedAt is { } oldest ? $"the oldest usable backup is {Words.Of(facts.Now - oldest)} old" : "there is no usable backup")}");
        if (options.NoneOlderThan is { } limit)
        {
            foreach (var old in facts.Backups.Where(b => facts.Now - b.Backup.FinishedAt > limit))
                yield return new(CheckState.Warning, old.Backup.Name, $"this backup is {Words.Of(facts.Now - old.Backup.FinishedAt!.Value)} old, and none should be older than {Words.Of(limit)}");
        }
    }

    private static IEnumerable<BackupFinding> Wal(CheckFacts facts)
    {
        var newest = facts.Newest?.Coverage;
        foreach (var gap in newest?.Gaps ?? [])
            yield return new(CheckState.Critical, gap.ToString(), $"missing in the archive, with later WAL there: nothing behind {new NpgsqlLogSequenceNumber(gap.Begin)} can be restored from {facts.Newest!.Backup.Name}");
        if (facts.Oldest?.Coverage is { } oldest && newest is not null && !ReferenceEquals(oldest, newest))
        {
            foreach (var gap in oldest.Gaps.Where(g => !newest.Gaps.Any(n => n.Begin == g.Begin)))
                yield return new(CheckState.Warning, gap.ToString(), $"missing in the archive: from backups before {new NpgsqlLogSequenceNumber(gap.Begin)} nothing behind it can be restored");
        }

        foreach (var (name, problem) in facts.BadSegments)
        {
            var isNeeded = newest is not null && WalFileName.SegmentOf(name, facts.Geometry.SegmentSize) >= newest.Begin;
            yield return new(isNeeded ? CheckState.Critical : CheckState.Warning, name, $"this segment {problem}: recovery ends before it");
        }

        if (facts.Damage is { } damage)
            yield return new(CheckState.Critical, damage.Segment, $"recovery ends in this segment: {damage.Problem}");
        foreach (var problem in facts.Archive?.Problems ?? [])
            yield return new(CheckState.Critical, "archive", problem);
        if (newest?.MissingHistory is { } first)
            yield return new(CheckState.Critical, Rejoining.TimelineHistory.FileName(first), WalCoverage.NoHistory);
        foreach (var stray in (newest?.Strays ?? []).Where(s => !(s >= newest!.MissingHistory)))
        {
            var history = Rejoining.TimelineHistory.FileName(stray);
            var isThere = facts.Archive!.Histories.ContainsKey(stray);
            yield return isThere
                ? new(CheckState.Warning, string.Create(CultureInfo.InvariantCulture, $"timeline {stray}"), $"there is WAL of it that does not come from {facts.Newest!.Backup.Name}, as {history} has it")
                : new(CheckState.Critical, history, "missing, with WAL of its timeline there: recovery cannot get to that");
        }
    }

    private static IEnumerable<BackupFinding> Archiver(CheckFacts facts)
    {
        const string subject = "archive";
        if (facts.Silent is { } reason)
            yield return new(CheckState.Warning, "primary", $"it could not be asked, so that neither its archiver was looked at nor whether the backups are this cluster's: {reason}");
        if (facts.Archiver is not { } archiver)
            yield break;
        if (archiver.Mode == "off" && facts.ReceivesWal)
            yield break;
        if (archiver.Mode == "off")
            yield return new(CheckState.Warning, subject, "archive_mode is off at the primary: unless something else receives its WAL, nothing can be restored to a point in time");
        else if (!archiver.HasTarget)
            yield return new(CheckState.Critical, subject, "neither archive_command nor archive_library is set at the primary: WAL piles up there and is not archived");
        else if (archiver.IsFailing)
            yield return new(CheckState.Critical, subject, $"the primary cannot archive {archiver.LastFailed}: it tried last at {Words.Of(archiver.LastFailedAt!.Value)}, and {(archiver.LastArchivedAt is { } at ? $"has archived nothing since {Words.Of(at)}" : "has archived nothing yet")}. Its log says why");
    }

    private static IEnumerable<BackupFinding> RecoveryPoint(CheckFacts facts, BackupCheckOptions options)
    {
        const string subject = "recovery point";
        if (facts.Archive is null || facts.Newest is null)
            yield break;
        if (facts.RecoveryPointAge is not { } age)
            yield return new(CheckState.Warning, subject, "no commit was found in the newest archived WAL: how much would be lost cannot be told");
        else if (age > options.WarningRecoveryPoint)
        {
            var limit = age > options.CriticalRecoveryPoint ? options.CriticalRecoveryPoint : options.WarningRecoveryPoint;
            yield return new(age > options.CriticalRecoveryPoint ? CheckState.Critical : CheckState.Warning, subject,
                $"the newest commit that can be restored is of {Words.Of(facts.Point.CommittedAt!.Value)}, {Words.Of(age)} ago; at most {Words.Of(limit)} are wanted{(facts.WalAtRisk is { } bytes ? $"; {Words.OfSize(bytes)} of WAL are not archived" : "")}");
        }
    }

    private static IEnumerable<BackupFinding> Copies(CheckFacts facts) => (facts.OffsiteProblems ?? []).Select(p => new BackupFinding(CheckState.Critical, "off-site copy", p));

    private static int Rank(CheckState state) => state switch
    {
        CheckState.Critical => 2,
        CheckState.Warning => 1,
        _ => 0,
    };
}
