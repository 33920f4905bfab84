namespace HaConnect.Histories;

/// <summary>
/// The ticks of the one writer: when each was sent and acked. It sends a tick when the one before has ended, so that a read that shows one shows all
/// that were acked before.
/// </summary>
internal sealed class TickLine
{
    private readonly List<long> _sentAt = [];
    private readonly List<long> _ackedAt = []; // long.MaxValue where it was not
    private long[] _nextAcked = [];
    private long[] _lastAcked = [];

    internal int Acked { get; private set; }

    internal IEnumerable<long> AckedTicks => Enumerable.Range(1, _ackedAt.Count).Where(t => _ackedAt[t - 1] != long.MaxValue).Select(t => (long)t);

    /// <returns>What is wrong with it, or null.</returns>
    internal string? Add(SessionEvent tick)
    {
        if (tick.Tick != _sentAt.Count + 1 || tick.Ended < tick.At || _sentAt.Count > 0 && tick.At < _sentAt[^1])
            return $"tick {tick.Tick} comes after {_sentAt.Count}";
        _sentAt.Add(tick.At);
        _ackedAt.Add(tick.Error is null ? tick.Ended : long.MaxValue);
        Acked += tick.Error is null ? 1 : 0;
        return null;
    }

    /// <summary>Once all are there.</summary>
    internal void Complete()
    {
        _nextAcked = new long[_ackedAt.Count + 1];
        _lastAcked = new long[_ackedAt.Count + 1];
        for (var tick = _ackedAt.Count - 1; tick >= 0; tick--)
            _nextAcked[tick] = _ackedAt[tick] != long.MaxValue ? tick + 1 : _nextAcked[tick + 1];
        for (var tick = 1; tick <= _ackedAt.Count; tick++)
            _lastAcked[tick] = _ackedAt[tick - 1] != long.MaxValue ? tick : _lastAcked[tick - 1];
    }

    /// <summary>Whether such a tick can have been there at a moment.</summary>
    internal bool CanBeSeen(long tick, long at) => tick == 0 || tick > 0 && tick <= _sentAt.Count && _sentAt[(int)tick - 1] <= at;

    /// <summary>The newest tick up to this one that was acked: what is behind it may vanish in a failover.</summary>
    internal long AckedUpTo(long tick) => _lastAcked[tick];

    /// <summary>The same, of those that had been acked at a moment.</summary>
    internal long AckedUpTo(long tick, long at)
    {
        for (tick = AckedUpTo(tick); tick > 0 && _ackedAt[(int)tick - 1] >= at; tick = AckedUpTo(tick - 1))
        {
        }

        return tick;
    }

    /// <summary>How long, at a moment, the oldest acked tick that is not seen had been acked; zero where none is missing.</summary>
    internal TimeSpan Staleness(long seen, long at) =>
        _nextAcked[seen] is > 0 and var missing && _ackedAt[(int)missing - 1] < at ? TimeSpan.FromTicks((at - _ackedAt[(int)missing - 1]) / 100) : TimeSpan.Zero;
}
