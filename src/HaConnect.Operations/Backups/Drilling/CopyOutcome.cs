using System.Globalization;
using Npgsql;

namespace HaConnect.Operations.Backups;

/// <summary>Where a copy stands, and whether that is the target.</summary>
internal sealed class CopyOutcome(CopyState state, RecoveryLog log, DrillTarget target, IReadOnlyList<Mark> marks)
{
    // An id that the copy has not come to yet is an error for pg_xact_status.
    private const string FoundSql = """
        SELECT m.id FROM pg_catalog.unnest($1::text[]) m(id)
         WHERE CASE WHEN m.id::xid8 < pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()) THEN pg_catalog.pg_xact_status(m.id::xid8) = 'committed' ELSE false END
        """;

    internal async Task<BackupDrillReport> ProveAsync(BackupDrillReport report, CopyServer server, CancellationToken cancellationToken)
    {
        report = report with { LastCommit = state.LastCommit, NextCommit = log.StoppedBefore, Lsn = state.Lsn.ToString() };
        var (isProven, sentence) = ByWal();
        if (marks.Count == 0)
            return report with { IsProven = isProven, Proof = sentence };
        var proof = MarkProof.Of(marks, target.Time!.Value, await FoundAsync(server, cancellationToken).ConfigureAwait(false));
        return report with { IsProven = proof.IsProven, Proof = proof.Sentence, MarksBefore = proof.Before, MarksAfter = proof.After };
    }

    /// <summary>By the times that the commits themselves have in the WAL, or by the server's word that it stopped at the place.</summary>
    private (bool IsProven, string Sentence) ByWal() => target switch
    {
        { Time: { } time } when log.StoppedBefore is { } next && next > time && !(state.LastCommit > time) =>
            (true, $"by the times in the WAL: the last commit that is there is {(state.LastCommit is { } at ? $"of {Words.Of(at)}" : "older than the backup")}, and the next one, of {Words.Of(next)}, is not. No marks were written"),
        { Time: not null } => (false, $"the last commit that is there is {(state.LastCommit is { } at ? $"of {Words.Of(at)}" : "of no known time")}, and recovery says: {log.Stop ?? "nothing of a target"}"),
        { Lsn: { } lsn } => ((ulong)state.Lsn >= lsn && log.Stop is not null, $"the WAL is replayed up to {state.Lsn}: {log.Stop ?? "recovery says nothing of a target"}"),
        { Name: { } name } => (log.Stop?.Contains(string.Create(CultureInfo.InvariantCulture, $"\"{name}\""), StringComparison.Ordinal) == true, $"recovery says: {log.Stop ?? "nothing of a target"}"),
        _ => (log.Stop is not null, $"the copy is as of the end of the backup, {state.Lsn}: {log.Stop ?? "recovery says nothing of a target"}"),
    };

    private async Task<HashSet<string>> FoundAsync(CopyServer server, CancellationToken cancellationToken)
    {
        var source = server.Connect("template1");
        await using var ofSource = source.ConfigureAwait(false);
        var command = source.CreateCommand(FoundSql);
        await using var ofCommand = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = marks.Select(m => m.Id).ToArray() });
        var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofRows = rows.ConfigureAwait(false);
        HashSet<string> found = new(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            found.Add(rows.GetString(0));
        return found;
    }
}
