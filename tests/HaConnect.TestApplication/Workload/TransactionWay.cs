using Dapper;
using HaConnect.Histories;
using Npgsql;

namespace HaConnect.TestApplication;

/// <summary>Transactions whose commits are found out about, with commands of ADO.NET or of Dapper in them.</summary>
internal sealed class TransactionWay(HaDataSource database, bool isDapper) : IWay
{
    private static readonly TransactionPolicy s_policy = new() { Guarantee = CommitGuarantee.Resolved };

    public Task PrepareAsync() => Task.CompletedTask;

    public Task<Attempt> InsertAsync(string client, long op, bool isKeyed, Attempts attempts) => RunAsync(attempts, connection => InsertAsync(connection, client, op));

    public Task<Attempt> MoveAsync(Invoked move, Attempts attempts) => RunAsync(attempts, async connection =>
    {
        foreach (var (account, amount) in IWay.ChangesOf(move))
        {
            if (isDapper)
                await connection.ExecuteAsync("UPDATE accounts SET balance = balance + @amount WHERE id = @account", new { account, amount });
            else
                await Sql.ExecuteAsync(connection, Sql.Add, amount, account);
        }

        await InsertAsync(connection, move.Client, move.Op);
    });

    private Task InsertAsync(NpgsqlConnection connection, string client, long op) => isDapper
        ? connection.ExecuteAsync("INSERT INTO writes (client, op) VALUES (@client, @op)", new { client, op })
        : Sql.ExecuteAsync(connection, Sql.Insert, client, op);

    private Task<Attempt> RunAsync(Attempts attempts, Func<NpgsqlConnection, Task> work) => database.ExecuteInTransactionAsync(async (connection, _, _) =>
    {
        var attempt = attempts.Begin();
        await Sql.IdentifyAsync(connection, attempt);
        await work(connection);
        attempt.Sent = HistoryRecorder.Now;
        return attempt;
    }, s_policy, CancellationToken.None);
}
