namespace HaConnect.Simulation.Servers;

/// <summary>Commits on a primary that wait until it and enough of its synchronous standbys have flushed them.</summary>
internal sealed class CommitQueue(ServerProcess process)
{
    private readonly Queue<(int Index, WalEntry Entry, Action Answer, long Since)> _waiting = new();

    internal void Wait(int index, WalEntry entry, Action answer)
    {
        _waiting.Enqueue((index, entry, answer, process.Server.World.Scheduler.Now));
        Release();
    }

    /// <summary>Called when something was flushed here, a standby reported, or the names were emptied; changed names alone release nobody.</summary>
    internal void Release()
    {
        if (_waiting.Count == 0)
            return;
        var confirmed = Math.Min(Confirmed(), process.Disk.Flushed);
        while (_waiting.TryPeek(out var waiting) && waiting.Index <= confirmed)
        {
            _waiting.Dequeue();
            process.Server.World.Judge.Released(process, waiting.Index, waiting.Entry);
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

    internal void TerminateAll() => _waiting.Clear();

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

    private int Confirmed()
    {
        if (process.SynchronousNames is not { } names)
            return int.MaxValue;
        Span<int> flushed = stackalloc int[8];
        var count = 0;
        foreach (var sender in process.Senders)
        {
            if (sender.IsStreaming && Contains(names.Names, sender.StandbyName) && count < flushed.Length)
                flushed[count++] = sender.Flushed;
        }

        if (count < names.Required)
            return 0;
        flushed = flushed[..count];
        flushed.Sort();
        return flushed[count - names.Required];
    }

    private static bool Contains(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
                return true;
        }

        return false;
    }
}
