using Npgsql;
using NpgsqlTypes;

namespace HaConnect.Operations.Backups;

/// <summary>What the primary says of its archiver, and how far it is.</summary>
/// <param name="Now">Its clock.</param>
/// <param name="Mode"><c>archive_mode</c>.</param>
/// <param name="HasTarget">Whether a command or library is set.</param>
/// <param name="LastArchived">The newest file that was archived; null for none since its statistics began.</param>
/// <param name="LastArchivedAt">When.</param>
/// <param name="LastFailed">The file that it could not archive last; null for none.</param>
/// <param name="LastFailedAt">When.</param>
/// <param name="Current">Up to where WAL is written.</param>
/// <param name="Timeline">Of what it writes.</param>
/// <param name="EndedBefore">Transactions with this id and later ones had not ended; its lower 32 bits.</param>
/// <param name="SystemIdentifier">Of the cluster.</param>
internal sealed record ArchiverState(DateTimeOffset Now, string Mode, bool HasTarget, string? LastArchived, DateTimeOffset? LastArchivedAt, string? LastFailed, DateTimeOffset? LastFailedAt, ulong Current, int Timeline, uint EndedBefore, ulong SystemIdentifier)
{
    private const string Sql = """
        SELECT pg_catalog.clock_timestamp(), pg_catalog.current_setting('archive_mode'),
               pg_catalog.current_setting('archive_command') NOT IN ('', '(disabled)') OR coalesce(pg_catalog.current_setting('archive_library', true), '') <> '',
               a.last_archived_wal, a.last_archived_time, a.last_failed_wal, a.last_failed_time,
               pg_catalog.pg_current_wal_lsn(), pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), (pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::numeric % 4294967296)::int8,
               (SELECT c.system_identifier FROM pg_catalog.pg_control_system() c)
          FROM pg_catalog.pg_stat_archiver a
        """;

    /// <summary>Whether its last attempt came to nothing.</summary>
    internal bool IsFailing => LastFailedAt is { } failed && !(LastArchivedAt > failed);

    internal static async Task<ArchiverState> ReadAsync(NpgsqlDataSource primary, CancellationToken cancellationToken)
    {
        var command = primary.CreateCommand(Sql);
        await using var ofCommand = command.ConfigureAwait(false);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofRow = row.ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.GetBoolean(2), Text(3), Time(4), Text(5), Time(6),
            (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(7), WalFileName.TimelineOf(row.GetString(8)), (uint)row.GetInt64(9), (ulong)row.GetInt64(10));

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);

        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
    }
}
