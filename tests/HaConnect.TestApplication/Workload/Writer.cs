using HaConnect.Histories;
using Npgsql;

namespace HaConnect.TestApplication;

/// <summary>Clients that write through HaConnect, each one operation after the other, and record what they are told.</summary>
internal sealed class Writer(HaDataSource database, HistoryRecorder history, TimeSpan pause)
{
    // The timeline is in the name of the WAL file; on a standby it is not asked for, since the insert after it will fail and say why.
    private const string WhoAreYou = """
        SELECT pg_catalog.current_setting('cluster_name'),
               CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8))::bit(32)::int END
        """;

    private const string Insert = "INSERT INTO writes (client, op) VALUES ($1, $2)";
    private const string InsertUnlessThere = Insert + " ON CONFLICT DO NOTHING";
    private const string Add = "UPDATE accounts SET balance = balance + $1 WHERE id = $2";

    internal async Task InsertAsync(string client, WorkKind kind, CancellationToken stop)
    {
        for (var op = 1L; !stop.IsCancellationRequested; op++)
        {
            await RecordAsync(new Invoked { At = HistoryRecorder.Now, Client = client, Op = op, Do = OperationKind.Write }, kind, async (connection, attempt) =>
            {
                attempt.Sent = HistoryRecorder.Now;
                await ExecuteAsync(connection, kind == WorkKind.Write ? Insert : InsertUnlessThere, client, op);
            });
            await PauseAsync(stop);
        }
    }

    internal async Task MoveAsync(string client, CancellationToken stop)
    {
        for (var op = 1L; !stop.IsCancellationRequested; op++)
        {
            var source = Random.Shared.Next(1, WorkloadSettings.Accounts + 1);
            var target = 1 + (source + Random.Shared.Next(0, WorkloadSettings.Accounts - 1)) % WorkloadSettings.Accounts;
            var invoked = new Invoked { At = HistoryRecorder.Now, Client = client, Op = op, Do = OperationKind.Transfer, Source = source, Target = target, Amount = Random.Shared.Next(1, 50) };
            await RecordAsync(invoked, WorkKind.Write, async (connection, attempt) =>
            {
                await using var transaction = await connection.BeginTransactionAsync();
                // Always the lower account first, so that two movers never wait for each other.
                foreach (var (account, amount) in new[] { (source, -invoked.Amount!.Value), (target, invoked.Amount.Value) }.OrderBy(change => change.Item1))
                    await ExecuteAsync(connection, Add, amount, account);
                await ExecuteAsync(connection, Insert, client, invoked.Op);
                attempt.Sent = HistoryRecorder.Now;
                await transaction.CommitAsync();
            });
            await PauseAsync(stop);
        }
    }

    /// <summary>Without tokens to Npgsql: a token can make a commit that was not acked come back as a success (docs/concepts/commits.md).</summary>
    private async Task RecordAsync(Invoked invoked, WorkKind kind, Func<NpgsqlConnection, Attempt, Task> work)
    {
        history.Add(invoked);
        var attempts = new Attempts();
        try
        {
            var attempt = await database.ExecuteAsync(async (connection, _) =>
            {
                var attempt = attempts.Begin();
                await IdentifyAsync(connection, attempt);
                await work(connection, attempt);
                return attempt;
            }, kind, CancellationToken.None);
            var (at, known) = (HistoryRecorder.Now, database.Snapshot);
            history.Add(new Acked
            {
                At = at,
                Client = invoked.Client,
                Op = invoked.Op,
                Node = attempt.Node,
                Timeline = attempt.Timeline,
                Sent = attempt.Sent,
                Term = known.Primary?.Name == attempt.Node ? known.Term : null,
                Attempts = attempt.Number,
            });
        }
        catch (Exception e)
        {
            var why = $"{e.GetType().Name}: {e.Message}";
            history.Add(HadNoEffect(e, attempts.Begun)
                ? new Failed { At = HistoryRecorder.Now, Client = invoked.Client, Op = invoked.Op, Why = why }
                : new NotKnown { At = HistoryRecorder.Now, Client = invoked.Client, Op = invoked.Op, Why = why });
        }
    }

    /// <summary>Known to be without effect: nothing was begun, or the only attempt was refused by the server with an error that ended no session.</summary>
    private static bool HadNoEffect(Exception e, int begun) => begun == 0 || (begun == 1 && e is PostgresException { Severity: "ERROR" });

    private static async Task IdentifyAsync(NpgsqlConnection connection, Attempt attempt)
    {
        await using var command = new NpgsqlCommand(WhoAreYou, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        (attempt.Node, attempt.Timeline) = (row.GetString(0), row.IsDBNull(1) ? null : row.GetInt32(1));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }

    private async Task PauseAsync(CancellationToken stop) => await Task.Delay(pause, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
