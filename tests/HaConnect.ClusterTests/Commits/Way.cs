using System.Data.Common;
using Npgsql;

namespace HaConnect.ClusterTests.Commits;

/// <summary>A way of writing through the library.</summary>
public enum Way
{
    WorkCommand,
    WorkBatch,
    WorkTransaction,
    WorkConfirmedTransaction,
    ConfirmedTransaction,
    Command,
    CommandScalar,
    CommandReader,
    CommandSynchronous,
    CommandAsDbCommand,
    Batch,
    BatchReader,
    BatchSynchronous,
}

internal static class WayExtensions
{
    /// <summary>Writes one row and returns when the library says that it is written.</summary>
    internal static Task WriteAsync(this Way way, HaDataSource db, int id, WorkKind kind, CancellationToken cancellationToken)
    {
        var sql = $"INSERT INTO written VALUES ({id}){(kind == WorkKind.IdempotentWrite ? " ON CONFLICT DO NOTHING" : "")}";
        return way switch
        {
            Way.ConfirmedTransaction => ConfirmedAsync(db, sql, cancellationToken),
            Way.Command or Way.CommandScalar or Way.CommandReader or Way.CommandSynchronous or Way.CommandAsDbCommand => CommandAsync(way, db, sql, cancellationToken),
            Way.Batch or Way.BatchReader or Way.BatchSynchronous => BatchAsync(way, db, sql, cancellationToken),
            _ => db.ExecuteAsync((connection, token) => WorkAsync(way, connection, sql, token), kind, cancellationToken),
        };
    }

    private static async Task WorkAsync(Way way, NpgsqlConnection connection, string sql, CancellationToken token)
    {
        await using var insert = new NpgsqlCommand(sql, connection);
        switch (way)
        {
            case Way.WorkCommand:
                await insert.ExecuteNonQueryAsync(token);
                break;
            case Way.WorkBatch:
                await using (var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand("SELECT 1"), new NpgsqlBatchCommand(sql) } })
                    await batch.ExecuteNonQueryAsync(token);
                break;
            default:
                await using (var transaction = await connection.BeginTransactionAsync(token))
                {
                    await insert.ExecuteNonQueryAsync(token);
                    await (way == Way.WorkTransaction ? transaction.CommitAsync(token) : transaction.CommitConfirmedAsync(token));
                }

                break;
        }
    }

    private static async Task ConfirmedAsync(HaDataSource db, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await db.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(sql, connection);
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
    }

    private static async Task CommandAsync(Way way, HaDataSource db, string sql, CancellationToken cancellationToken)
    {
        await using var command = db.CreateCommand(sql + " RETURNING id");
        switch (way)
        {
            case Way.Command:
                Assert.Equal(1, await command.ExecuteNonQueryAsync(cancellationToken));
                break;
            case Way.CommandScalar:
                Assert.IsType<int>(await command.ExecuteScalarAsync(cancellationToken));
                break;
            case Way.CommandSynchronous:
                await Task.Run(command.ExecuteNonQuery, CancellationToken.None);
                break;
            default:
                await using (DbDataReader reader = way == Way.CommandReader ? await command.ExecuteReaderAsync(cancellationToken) : await ((DbCommand)command).ExecuteReaderAsync(cancellationToken))
                    Assert.True(await reader.ReadAsync(CancellationToken.None));
                break;
        }
    }

    private static async Task BatchAsync(Way way, HaDataSource db, string sql, CancellationToken cancellationToken)
    {
        await using var batch = db.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        switch (way)
        {
            case Way.Batch:
                Assert.Equal(1, await batch.ExecuteNonQueryAsync(cancellationToken));
                break;
            case Way.BatchSynchronous:
                await Task.Run(batch.ExecuteNonQuery, CancellationToken.None);
                break;
            default:
                await using (await batch.ExecuteReaderAsync(cancellationToken))
                    break;
        }
    }
}
