using Npgsql;

namespace HaConnect.Operations.Drills.Load;

/// <summary>The table that the drill writes into: its own, made by the application's user in its own schema, and dropped afterwards.</summary>
internal static class LoadTable
{
    internal const string Insert = "INSERT INTO haconnect_load_drill (payload) VALUES ($1)";

    private const string Mark = "The table of a HaConnect load drill; nothing in it is needed.";

    private const string WhoseSql = "SELECT coalesce(pg_catalog.obj_description(pg_catalog.to_regclass('haconnect_load_drill'), 'pg_class'), ''), pg_catalog.to_regclass('haconnect_load_drill') IS NOT NULL";

    private const string CreateSql = $"""
        CREATE TABLE haconnect_load_drill (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload bytea NOT NULL);
        ALTER TABLE haconnect_load_drill ALTER COLUMN payload SET STORAGE EXTERNAL;
        COMMENT ON TABLE haconnect_load_drill IS '{Mark}'
        """;

    private const string EmptySql = "TRUNCATE haconnect_load_drill";

    private const string DropSql = "DROP TABLE IF EXISTS haconnect_load_drill";

    /// <summary>One that an earlier drill has left behind is taken.</summary>
    /// <exception cref="InvalidOperationException">There is another table of that name.</exception>
    internal static Task CreateAsync(HaDataSource db, CancellationToken cancellationToken) => db.ExecuteAsync(
        async (connection, token) =>
        {
            var (mark, exists) = await WhoseAsync(connection, token).ConfigureAwait(false);
            if (exists && mark != Mark)
                throw new InvalidOperationException("There is a table haconnect_load_drill that no load drill has made. Rename it: the drill would drop it.");
            await RunAsync(connection, exists ? EmptySql : CreateSql, token).ConfigureAwait(false);
        },
        WorkKind.IdempotentWrite,
        cancellationToken);

    internal static Task EmptyAsync(HaDataSource db, CancellationToken cancellationToken) => db.ExecuteAsync((connection, token) => RunAsync(connection, EmptySql, token), WorkKind.IdempotentWrite, cancellationToken);

    internal static Task DropAsync(HaDataSource db, CancellationToken cancellationToken) => db.ExecuteAsync((connection, token) => RunAsync(connection, DropSql, token), WorkKind.IdempotentWrite, cancellationToken);

    private static async Task<(string Mark, bool Exists)> WhoseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(WhoseSql, connection);
        await using var ofCommand = command.ConfigureAwait(false);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ofRow = row.ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (row.GetString(0), row.GetBoolean(1));
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
