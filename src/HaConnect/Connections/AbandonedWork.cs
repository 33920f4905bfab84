using System.Collections.Concurrent;

namespace HaConnect.Connections;

/// <summary>
/// Cancels work that was abandoned on a lost node. Npgsql sends a cancel request from within the cancellation, which blocks its
/// thread for as long as a frozen server does not answer: hence one thread of its own, never the pool's.
/// </summary>
internal sealed class AbandonedWork : IDisposable
{
    private readonly BlockingCollection<CancellationTokenSource> _queue = [];
    private readonly Lock _lock = new();
    private Thread? _thread;

    /// <summary>Cancels <paramref name="work"/> soon and then disposes it.</summary>
    internal void Cancel(CancellationTokenSource work)
    {
        lock (_lock)
        {
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "HaConnect abandoned work" };
                _thread.Start();
            }
        }

        _queue.Add(work);
    }

    public void Dispose() => _queue.CompleteAdding();

    private void Run()
    {
        foreach (var work in _queue.GetConsumingEnumerable())
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
}
