using Npgsql;

namespace HaConnect.Operations.Backups;

/// <summary>
/// Commits marks at the primary on both sides of a whole second. Each is a transaction that takes an id: it commits with a record in the WAL, and is found in a copy by its id alone
/// (pg_xact_status), so that no table and no right is needed.
/// </summary>
internal sealed class MarkWriter(NpgsqlDataSource primary, TimeProvider time)
{
    private const string MarkSql = "SELECT pg_catalog.pg_current_xact_id()::text, pg_catalog.clock_timestamp()";
    private const string ClockSql = "SELECT pg_catalog.clock_timestamp()";
    private const string SwitchSql = "SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal())";
    private const string FileSql = "SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn())";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_before = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan s_after = TimeSpan.FromMilliseconds(500);

    /// <returns>The second, and the marks around it.</returns>
    internal async Task<(DateTimeOffset Second, IReadOnlyList<Mark> Marks)> WriteAsync(CancellationToken cancellationToken)
    {
        var connection = await primary.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var second = SecondBehind(await AskAsync(connection, ClockSql, static r => r.GetFieldValue<DateTimeOffset>(0), cancellationToken).ConfigureAwait(false) + s_before);
        List<Mark> marks = [];
        do
        {
            var (id, begun) = await AskAsync(connection, MarkSql, static r => (r.GetString(0), r.GetFieldValue<DateTimeOffset>(1)), cancellationToken).ConfigureAwait(false);
            marks.Add(new(id, begun, await AskAsync(connection, ClockSql, static r => r.GetFieldValue<DateTimeOffset>(0), cancellationToken).ConfigureAwait(false)));
            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }
        while (marks[^1].Begun <= second + s_after);
        return (second, marks);
    }

    /// <summary>Has their WAL archived, where the role may.</summary>
    /// <returns>The segment that must come to the archive, and whether it was ended for that.</returns>
    internal async Task<(string Segment, bool IsSwitched)> SwitchAsync(CancellationToken cancellationToken)
    {
        var connection = await primary.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            return (await AskAsync(connection, SwitchSql, static r => r.GetString(0), cancellationToken).ConfigureAwait(false), true);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return (await AskAsync(connection, FileSql, static r => r.GetString(0), cancellationToken).ConfigureAwait(false), false);
        }
    }

    private static DateTimeOffset SecondBehind(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond) + TimeSpan.TicksPerSecond, TimeSpan.Zero);

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var ofCommand = command.ConfigureAwait(false);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofRow = row.ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        return read(row);
    }
}
