using HaConnect.Histories;
using Npgsql;

namespace HaConnect.ClusterTests.Lab;

/// <summary>A transaction of somebody beside the workload that has written and stays open until it is told to commit.</summary>
internal sealed class LongTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly Guid _key = Guid.NewGuid();

    private LongTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    internal static Task CreateTableAsync(NpgsqlDataSource direct) => ExecuteAsync(direct.CreateCommand("CREATE TABLE IF NOT EXISTS long_transactions (key uuid PRIMARY KEY)"));

    /// <summary>On a connection of whatever pool, which it keeps.</summary>
    internal static async Task<LongTransaction> BeginAsync(NpgsqlConnection connection)
    {
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var begun = new LongTransaction(connection, transaction);
        await ExecuteAsync(new NpgsqlCommand("INSERT INTO long_transactions VALUES ($1)", connection) { Parameters = { new() { Value = begun._key } } });
        return begun;
    }

    /// <summary>Works for a while, commits, gives its connection back, and says when that was.</summary>
    internal async Task<long> EndAfterAsync(TimeSpan work)
    {
        await ExecuteAsync(new NpgsqlCommand("SELECT pg_sleep($1)", _connection) { Parameters = { new() { Value = work.TotalSeconds } } });
        await _transaction.CommitAsync(CancellationToken.None);
        await _connection.CloseAsync();
        return HistoryRecorder.Now;
    }

    /// <summary>Its session was ended: the error, as its next statement meets it.</summary>
    internal Task<PostgresException> IsEndedAsync() => Assert.ThrowsAsync<PostgresException>(() => EndAfterAsync(TimeSpan.Zero));

    internal async Task<bool> IsThereAsync(NpgsqlDataSource direct)
    {
        await using var command = direct.CreateCommand("SELECT EXISTS (SELECT FROM long_transactions WHERE key = $1)");
        command.Parameters.Add(new NpgsqlParameter { Value = _key });
        return (bool)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlCommand command)
    {
        await using (command)
            await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
