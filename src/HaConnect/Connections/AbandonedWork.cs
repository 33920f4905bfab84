namespace HaConnect.Connections;

/// <summary>
/// Cancels work that was abandoned on a lost node. Npgsql sends a cancel request from within the cancellation, which blocks its
/// thread while a frozen server does not answer, for up to twice the connection string's <c>Timeout</c> (a fact test shows it): hence
/// a few threads of its own, never the pool's, on which the failover itself runs.
/// </summary>
internal sealed class AbandonedWork
{
    private const int MaxThreads = 16;

    private readonly Lock _lock = new();
    private readonly Queue<CancellationTokenSource> _queue = new();
    private int _threads;

    /// <summary>Cancels <paramref name="work"/> soon and then disposes it.</summary>
    internal void Cancel(CancellationTokenSource work)
    {
        lock (_lock)
        {
            _queue.Enqueue(work);
            if (_threads == MaxThreads)
                return;
            _threads++;
        }

        new Thread(Run) { IsBackground = true, Name = "HaConnect abandoned work" }.Start();
    }

    private void Run()
    {
        while (Next() is { } work)
        {
            try
            {
                work.Cancel();
            }
            catch (AggregateException)
            {
                // A callback of the caller's own failed; whoever awaits the work sees its outcome.
            }
            finally
            {
                work.Dispose();
            }
        }
    }

    private CancellationTokenSource? Next()
    {
        lock (_lock)
        {
            if (_queue.TryDequeue(out var work))
                return work;
            _threads--;
            return null;
        }
    }
}
