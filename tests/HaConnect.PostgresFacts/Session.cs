using HaConnect.Testing;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.PostgresFacts;

/// <summary>Plain Npgsql sessions and statements.</summary>
internal static class Session
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A session of its own, in database postgres unless configured otherwise.</summary>
    internal static async Task<NpgsqlConnection> OpenAsync(
        this PostgresCluster cluster, string node, PostgresCredentials? credentials = null, Action<NpgsqlConnectionStringBuilder>? configure = null)
    {
        var connection = new NpgsqlConnection(cluster.Settings(node, credentials, configure).ConnectionString);
        await connection.OpenAsync(Cancelled);
        return connection;
    }

    internal static NpgsqlConnectionStringBuilder Settings(
        this PostgresCluster cluster, string node, PostgresCredentials? credentials = null, Action<NpgsqlConnectionStringBuilder>? configure = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.NodeConnectionString(cluster[node], credentials ?? cluster.Superuser, "postgres"))
        {
            Pooling = false,
            CommandTimeout = 0,
            CancellationTimeout = -1,
        };
        configure?.Invoke(settings);
        return settings;
    }

    internal static async Task<T?> ScalarAsync<T>(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        return await reader.ReadAsync(Cancelled) && !await reader.IsDBNullAsync(0, Cancelled) ? await reader.GetFieldValueAsync<T>(0, Cancelled) : default;
    }

    internal static async Task<bool> HasRowsAsync(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        return reader.HasRows;
    }

    /// <summary>Runs without a token: a token would turn a wait for a synchronous standby into a success.</summary>
    internal static async Task ExecuteAsync(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Changes a setting of a server, standby or not, and waits until the same session has it.</summary>
    internal static async Task SetAsync(this NpgsqlConnection connection, string setting, string value)
    {
        await connection.ExecuteAsync($"ALTER SYSTEM SET {setting} = '{value.Replace("'", "''", StringComparison.Ordinal)}'");
        await connection.ExecuteAsync(Failover.ControlSql.Reload);
        await Until.TrueAsync($"{setting} = {value}", async () => await connection.ScalarAsync<string>($"SELECT current_setting('{setting}')") == value);
    }

    /// <summary>Stops a standby's reception and waits until the library's own statement says so, twice in a row as in its code.</summary>
    internal static async Task CutOffAsync(this NpgsqlConnection connection)
    {
        await connection.ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''");
        await connection.ExecuteAsync(Failover.ControlSql.Reload);
        var seen = 0;
        await Until.TrueAsync("the cut-off", async () =>
        {
            await using var command = connection.Command(Failover.ControlSql.CutOffState);
            await using var row = await command.ExecuteReaderAsync(Cancelled);
            await row.ReadAsync(Cancelled);
            seen = row.GetBoolean(0) && row.GetBoolean(1) ? seen + 1 : 0;
            return seen == 2;
        });
    }

    /// <summary>Whether a session of that process waits for a synchronous standby.</summary>
    internal static async Task<bool> WaitsForStandbyAsync(this PostgresNode node, int processId) =>
        await node.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {processId} AND wait_event = 'SyncRep')", Cancelled);

    private static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter is NpgsqlLogSequenceNumber
                ? new NpgsqlParameter { Value = parameter, NpgsqlDbType = NpgsqlDbType.PgLsn } // else Npgsql refuses it
                : new NpgsqlParameter { Value = parameter });
        }

        return command;
    }
}
