using HaConnect.Histories;

namespace HaConnect.ClusterTests.Routing.Reading;

/// <summary>One session with a file of its own: reads only, or a write and some reads in turn.</summary>
internal sealed class ReadSession(ReadClient client, SessionRecorder recorder, bool writes)
{
    private const int ReadsAfterAWrite = 8;
    private static readonly TimeSpan AfterAnError = TimeSpan.FromMilliseconds(50);
    private int _reads;
    private long _own;

    internal int Reads => Volatile.Read(ref _reads);

    internal async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!writes)
                await DoAsync(SessionAct.Read);
            else if (!await CapturedAsync())
                await Task.Delay(AfterAnError, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <returns>Whether it came to its end.</returns>
    private async Task<bool> CapturedAsync()
    {
        var at = HistoryRecorder.Now;
        try
        {
            await client.InScopeAsync(recorder.Session, async () =>
            {
                await DoAsync(SessionAct.Write);
                for (var i = 0; i < ReadsAfterAWrite; i++)
                    await DoAsync(SessionAct.Read);
                at = HistoryRecorder.Now;
            });
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The token of the scope could not be taken.
            recorder.Add(new SessionEvent { Do = SessionAct.Read, At = at, Ended = HistoryRecorder.Now, Error = e.Message });
            return false;
        }
    }

    private async Task DoAsync(SessionAct act)
    {
        var own = act == SessionAct.Write ? ++_own : 0;
        var done = new SessionEvent { Do = act, At = HistoryRecorder.Now, Own = own };
        var failed = false;
        try
        {
            if (act == SessionAct.Write)
                await client.WriteAsync(recorder.Session, own);
            else
                done = await client.ReadAsync(recorder.Session) with { At = done.At };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            done = done with { Error = $"{e.GetType().Name}: {e.Message}" };
            failed = true;
        }

        recorder.Add(done with { Ended = HistoryRecorder.Now });
        if (act == SessionAct.Read && !failed)
            Interlocked.Increment(ref _reads);
        if (failed)
            await Task.Delay(AfterAnError, TimeProvider.System, CancellationToken.None);
    }
}
