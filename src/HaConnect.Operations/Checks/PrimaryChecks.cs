using System.Globalization;
using Npgsql;

namespace HaConnect.Operations;

/// <summary>The checks that only the primary can answer.</summary>
internal static class PrimaryChecks
{
    // https://www.postgresql.org/docs/15/view-pg-replication-slots.html: an unreserved slot may lose its WAL at the next checkpoint, a lost one has.
    private const string SlotsSql = """
        SELECT s.slot_name::text, s.active, coalesce(s.wal_status, 'unknown'),
               pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), coalesce(s.restart_lsn, pg_catalog.pg_current_wal_insert_lsn()))::float8
          FROM pg_catalog.pg_replication_slots s WHERE NOT s.temporary ORDER BY 1
        """;

    // The files that wait are seen by pg_monitor only; without it, what the archiver says must do.
    private const string ArchiveSql = """
        SELECT pg_catalog.current_setting('archive_mode'), a.archived_count, a.failed_count, a.last_archived_wal,
               extract(epoch FROM pg_catalog.now() - a.last_archived_time)::float8, a.last_failed_wal,
               coalesce(a.last_failed_time > coalesce(a.last_archived_time, '-infinity'), false),
               CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_ls_archive_statusdir()', 'EXECUTE')
                    THEN (SELECT count(*) FROM pg_catalog.pg_ls_archive_statusdir() d WHERE d.name LIKE '%.ready') END
          FROM pg_catalog.pg_stat_archiver a
        """;

    private static readonly CheckRange s_retainedWarning = CheckRange.Parse(string.Create(CultureInfo.InvariantCulture, $"{1L << 30}"));
    private static readonly CheckRange s_retainedCritical = CheckRange.Parse(string.Create(CultureInfo.InvariantCulture, $"{10L << 30}"));
    private static readonly CheckRange s_readyWarning = CheckRange.Parse("10");
    private static readonly CheckRange s_readyCritical = CheckRange.Parse("100");

    /// <summary>How much WAL each slot keeps, and whether it still has what its reader needs. One that is kept for a failover is read by nobody, which is no fault.</summary>
    internal static async Task<CheckResult> SlotsAsync(NpgsqlConnection connection, CheckRange? warning, CheckRange? critical, CancellationToken cancellationToken)
    {
        var (state, words, values) = (CheckState.Ok, new List<string>(), new List<CheckValue>());
        var command = new NpgsqlCommand(SlotsSql, connection);
        await using var ofCommand = command.ConfigureAwait(false);
        var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofRows = rows.ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (name, isActive, status) = (rows.GetString(0), rows.GetBoolean(1), rows.GetString(2));
            var value = new CheckValue(name, rows.GetDouble(3), "B", warning ?? s_retainedWarning, critical ?? s_retainedCritical);
            values.Add(value);
            var own = status is "lost" or "unreserved" ? CheckState.Critical : value.State;
            if (own == CheckState.Ok)
                continue;
            state = CheckResult.Worse(state, own);
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{name} keeps {value.Value / (1 << 20):0.#} MiB of WAL, {(isActive ? "in use" : "used by nobody")}, wal_status {status}"));
        }

        return new CheckResult("slots", state, words.Count > 0 ? string.Join("; ", words) : string.Create(CultureInfo.InvariantCulture, $"{values.Count} {(values.Count == 1 ? "slot" : "slots")}, none keeps too much"), values);
    }

    internal static async Task<CheckResult> ArchiveAsync(NpgsqlConnection connection, CheckRange? warning, CheckRange? critical, CancellationToken cancellationToken)
    {
        const string name = "archive";
        var command = new NpgsqlCommand(ArchiveSql, connection);
        await using var ofCommand = command.ConfigureAwait(false);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofRow = row.ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (row.GetString(0) == "off")
            return new(name, CheckState.Warning, "archive_mode is off: no WAL is archived, so that nothing can be restored to a point in time", []);
        var ready = new CheckValue("ready", row.IsDBNull(7) ? null : row.GetInt64(7), "", warning ?? s_readyWarning, critical ?? s_readyCritical);
        List<CheckValue> values = [ready, new CheckValue("archived", row.GetInt64(1)), new CheckValue("failed", row.GetInt64(2))];
        if (!row.IsDBNull(4))
            values.Add(new CheckValue("age", row.GetDouble(4), "s"));
        if (row.GetBoolean(6))
            return new(name, CheckState.Critical, $"archiving fails at {Text(row, 5)}: archive_command or archive_library ended with an error, which the server's log has", values);
        var last = row.IsDBNull(3) ? "nothing archived yet" : string.Create(CultureInfo.InvariantCulture, $"{Text(row, 3)} was archived last, {row.GetDouble(4):0} s ago");
        var waits = ready.Value is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "file waits" : "files wait")}") : "how many files wait cannot be seen (pg_monitor)";
        return new(name, ready.State, $"{last}; {waits}", values);
    }

    private static string Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? "unknown" : row.GetString(column);
}
