namespace HaConnect.Simulation.Time;

/// <summary>
/// Virtual time: a queue of what will happen, run by one thread. All tasks of the code under test are completed from here, so that their
/// continuations run inline and a seed always gives the same run.
/// </summary>
internal sealed class Scheduler
{
    private const int SequenceBits = 34;

    // The queue holds numbers of slots: it moves its elements about, and moving references costs.
    private readonly PriorityQueue<int, long> _queue = new(1024);
    private readonly Stack<int> _free = new(1024);
    private Item[] _slots = new Item[1024];
    private int _used;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _sequence;
    private volatile bool _strayed;

    /// <summary>Microseconds since the run began.</summary>
    internal long Now { get; private set; }

    internal long Events { get; private set; }

    internal void At(long time, Action action) => At(time, null, action);

    /// <summary>The receiver decides whether, and when, the action is run.</summary>
    internal void At(long time, IReceiver? receiver, Action action)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _strayed = true;
            throw Strayed();
        }

        if (!_free.TryPop(out var slot))
        {
            slot = _used++;
            if (slot == _slots.Length)
                Array.Resize(ref _slots, 2 * slot);
        }

        _slots[slot] = new Item(receiver, action);
        _queue.Enqueue(slot, (Math.Max(time, Now) << SequenceBits) | ++_sequence);
    }

    internal void After(long delay, Action action) => At(Now + delay, action);

    /// <summary>Runs until <paramref name="end"/>, or until <paramref name="stop"/> says so.</summary>
    internal void RunUntil(long end, Func<bool> stop)
    {
        while (_queue.TryPeek(out var slot, out var key) && key >> SequenceBits <= end && !stop())
        {
            _queue.Dequeue();
            Now = key >> SequenceBits;
            Events++;
            var next = _slots[slot];
            _slots[slot] = default;
            _free.Push(slot);
            if (next.Receiver is { } receiver)
                receiver.Take(next.Action);
            else
                next.Action();
        }

        Now = stop() ? Now : end;
        if (_strayed)
            throw Strayed();
    }

    private readonly struct Item(IReceiver? receiver, Action action)
    {
        internal IReceiver? Receiver => receiver;

        internal Action Action => action;
    }

    private static InvalidOperationException Strayed() =>
        new("Something of the code under test left the simulation's thread: a continuation was queued elsewhere, so that a seed would not give the same run twice.");
}
