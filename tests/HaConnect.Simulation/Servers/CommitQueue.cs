using HaConnect.Failover.Promotion;
using HaConnect.Simulation.Network;

namespace HaConnect.Simulation.Servers;

/// <summary>Commits on a primary that wait until it and enough of its synchronous standbys have flushed them.</summary>
internal sealed class CommitQueue(ServerProcess process)
{
    private readonly Queue<(int Index, WalEntry Entry, Action Answer, long Since, SimSession? Session)> _waiting = new();
    private int _confirmed;
    private SynchronousNames? _confirmedBy;

    internal void Wait(int index, WalEntry entry, Action answer, SimSession? session = null)
    {
        _waiting.Enqueue((index, entry, answer, process.Server.World.Scheduler.Now, session));
        Flushed();
    }

    /// <summary>Something was flushed here: who waits for no standby is done, and who comes after what the standbys have confirmed already.</summary>
    internal void Flushed()
    {
        if (process.Checkpointer.Names is null)
            ReleaseAll();
        else
            Answer(_confirmed, _confirmedBy);
    }

    /// <summary>A standby has reported to a sender that has these names. Changed names alone release nobody.</summary>
    internal void Release(SynchronousNames names)
    {
        if (Confirmed(names) is var confirmed && confirmed > _confirmed && process.Checkpointer.Names is not null)
            (_confirmed, _confirmedBy) = (confirmed, names);
        Flushed();
    }

    internal void ReleaseAll() => Answer(int.MaxValue, by: null);

    private void Answer(int confirmed, SynchronousNames? by)
    {
        confirmed = Math.Min(confirmed, process.Disk.Flushed);
        while (_waiting.TryPeek(out var waiting) && waiting.Index <= confirmed)
        {
            _waiting.Dequeue();
            process.Server.World.Judge.Released(process, waiting.Index, waiting.Entry, by);
            waiting.Answer();
        }
    }

    /// <summary>A row whose commit waits is seen by nobody at this server yet.</summary>
    internal bool IsWaiting(WalEntry entry) => _waiting.Any(w => w.Entry == entry);

    /// <summary>A cancelled wait is answered as a success: PostgreSQL commits locally and only warns.</summary>
    internal void Cancel(WalEntry entry) => Leave(entry)?.Invoke();

    internal void CancelAll()
    {
        while (_waiting.TryPeek(out var waiting))
            Cancel(waiting.Entry);
    }

    internal void TerminateBefore(long time)
    {
        foreach (var waiting in _waiting.Where(w => w.Since < time).ToList())
        {
            Leave(waiting.Entry);
            waiting.Session?.BreakFromServer();
        }
    }

    /// <summary>Transactions that began before.</summary>
    internal int CountBefore(long time) => _waiting.Count(w => w.Since < time);

    /// <summary>A terminated wait is not answered: PostgreSQL commits locally, and the session is gone.</summary>
    internal Action? Leave(WalEntry entry)
    {
        Action? answer = null;
        for (var left = _waiting.Count; left > 0; left--)
        {
            var waiting = _waiting.Dequeue();
            if (waiting.Entry == entry)
                answer = waiting.Answer;
            else
                _waiting.Enqueue(waiting);
        }

        return answer;
    }

    private int Confirmed(SynchronousNames names)
    {
        Span<int> flushed = stackalloc int[8];
        var count = 0;
        foreach (var sender in process.Senders)
        {
            if (sender is { IsStreaming: true, IsSynchronous: true } && count < flushed.Length)
                flushed[count++] = sender.Flushed;
        }

        if (count < names.Required)
            return 0;
        flushed = flushed[..count];
        flushed.Sort();
        return flushed[count - names.Required];
    }
}
