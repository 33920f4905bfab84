using HaConnect.Histories;
using Npgsql;

namespace HaConnect.TestApplication;

/// <summary>Clients that write through HaConnect, each one operation after the other, and record what they are told.</summary>
internal sealed class Writer(HaDataSource database, HistoryRecorder history, TimeSpan pause, IWay way)
{
    internal async Task InsertAsync(string client, bool isKeyed, CancellationToken stop)
    {
        for (var op = 1L; !stop.IsCancellationRequested; op++)
        {
            var key = op;
            await RecordAsync(new Invoked { At = HistoryRecorder.Now, Client = client, Op = op, Do = OperationKind.Write }, attempts => way.InsertAsync(client, key, isKeyed, attempts));
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
            await RecordAsync(invoked, attempts => way.MoveAsync(invoked, attempts));
            await PauseAsync(stop);
        }
    }

    private async Task RecordAsync(Invoked invoked, Func<Attempts, Task<Attempt>> write)
    {
        history.Add(invoked);
        var attempts = new Attempts();
        try
        {
            var attempt = await write(attempts);
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

    private async Task PauseAsync(CancellationToken stop) => await Task.Delay(pause, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
