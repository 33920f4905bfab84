using Npgsql;

namespace HaConnect.TestApplication;

/// <summary>What the clients say to the servers, where they say it themselves.</summary>
internal static class Sql
{
    /// <summary>Of the server: the timeline is in the name of the WAL file; on a standby it is not asked for, since the insert after it will fail and say why.</summary>
    internal const string Timeline = "CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8))::bit(32)::int END";

    internal const string WhoAreYou = "SELECT pg_catalog.current_setting('cluster_name'), " + Timeline;
    internal const string Insert = "INSERT INTO writes (client, op) VALUES ($1, $2)";
    internal const string InsertUnlessThere = Insert + " ON CONFLICT DO NOTHING";
    internal const string Add = "UPDATE accounts SET balance = balance + $1 WHERE id = $2";

    internal static async Task IdentifyAsync(NpgsqlConnection connection, Attempt attempt)
    {
        await using var command = new NpgsqlCommand(WhoAreYou, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        (attempt.Node, attempt.Timeline) = (row.GetString(0), row.IsDBNull(1) ? null : row.GetInt32(1));
    }

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }
}
