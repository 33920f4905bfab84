using HaConnect.Histories;
using Npgsql;

namespace HaConnect.TestApplication;

/// <summary>By <see cref="HaDataSource.ExecuteAsync{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, WorkKind, CancellationToken)"/>: rows that are keyed as idempotent work, the others not.</summary>
internal sealed class WorkWay(HaDataSource database) : IWay
{
    public Task PrepareAsync() => Task.CompletedTask;

    public Task<Attempt> InsertAsync(string client, long op, bool isKeyed, Attempts attempts) => RunAsync(isKeyed ? WorkKind.IdempotentWrite : WorkKind.Write, attempts, async (connection, attempt) =>
    {
        attempt.Sent = HistoryRecorder.Now;
        await Sql.ExecuteAsync(connection, isKeyed ? Sql.InsertUnlessThere : Sql.Insert, client, op);
    });

    public Task<Attempt> MoveAsync(Invoked move, Attempts attempts) => RunAsync(WorkKind.Write, attempts, async (connection, attempt) =>
    {
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var (account, amount) in IWay.ChangesOf(move))
            await Sql.ExecuteAsync(connection, Sql.Add, amount, account);
        await Sql.ExecuteAsync(connection, Sql.Insert, move.Client, move.Op);
        attempt.Sent = HistoryRecorder.Now;
        await transaction.CommitAsync();
    });

    /// <summary>Without tokens to Npgsql: a token can make a commit that was not acked come back as a success (docs/concepts/commits.md).</summary>
    private Task<Attempt> RunAsync(WorkKind kind, Attempts attempts, Func<NpgsqlConnection, Attempt, Task> work) => database.ExecuteAsync(async (connection, _) =>
    {
        var attempt = attempts.Begin();
        await Sql.IdentifyAsync(connection, attempt);
        await work(connection, attempt);
        return attempt;
    }, kind, CancellationToken.None);
}
