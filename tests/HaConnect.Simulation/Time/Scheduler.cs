namespace HaConnect.Simulation.Time;

/// <summary>
/// Virtual time: a queue of what will happen, run by one thread. All tasks of the code under test are completed from here, so that their
/// continuations run inline and a seed always gives the same run.
/// </summary>
internal sealed class Scheduler
{
    private const int SequenceBits = 34;

    private readonly PriorityQueue<Action, long> _queue = new(4096);
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _sequence;
    private volatile bool _strayed;

    /// <summary>Microseconds since the run began.</summary>
    internal long Now { get; private set; }

    internal long Events { get; private set; }

    internal void At(long time, Action action)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _strayed = true;
            throw Strayed();
        }

        _queue.Enqueue(action, (Math.Max(time, Now) << SequenceBits) | ++_sequence);
    }

    internal void After(long delay, Action action) => At(Now + delay, action);

    /// <summary>Runs until <paramref name="end"/>, or until <paramref name="stop"/> says so.</summary>
    internal void RunUntil(long end, Func<bool> stop)
    {
        while (_queue.TryPeek(out var action, out var key) && key >> SequenceBits <= end && !stop())
        {
            _queue.Dequeue();
            Now = key >> SequenceBits;
            Events++;
            action();
        }

        Now = stop() ? Now : end;
        if (_strayed)
            throw Strayed();
    }

    private static InvalidOperationException Strayed() =>
        new("Something of the code under test left the simulation's thread: a continuation was queued elsewhere, so that a seed would not give the same run twice.");
}
