using Npgsql;

namespace HaConnect.WebTests.Lab;

/// <summary>What the applications write and read.</summary>
internal static class Rows
{
    internal const string Create = "CREATE TABLE rows (key bigint PRIMARY KEY)";

    internal static async Task WriteAsync(HaDataSource db, long key, string? way, CancellationToken cancellationToken)
    {
        if (way == "connection")
        {
            await using var connection = await db.OpenConnectionAsync(cancellationToken);
            await InsertAsync(connection, key, cancellationToken);
        }
        else
        {
            await db.ExecuteAsync((connection, ct) => InsertAsync(connection, key, ct), cancellationToken);
        }
    }

    internal static async Task<bool> SeesAsync(HaDataSource db, long key, CancellationToken cancellationToken)
    {
        await using var connection = await db.OpenReadConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM rows WHERE key = $1)", connection) { Parameters = { new() { Value = key } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal static async Task<long> LastAsync(HaDataSource db, CancellationToken cancellationToken)
    {
        await using var connection = await db.OpenReadConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT coalesce(max(key), 0) FROM rows", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task InsertAsync(NpgsqlConnection connection, long key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("INSERT INTO rows VALUES ($1)", connection) { Parameters = { new() { Value = key } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
