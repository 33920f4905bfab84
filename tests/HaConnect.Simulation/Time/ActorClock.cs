namespace HaConnect.Simulation.Time;

/// <summary>The clock of one process: it may run fast or slow, and its timers do not fire while the process is frozen.</summary>
/// <param name="actor">The process.</param>
/// <param name="perMille">How fast: 1000 is right.</param>
internal sealed class ActorClock(Actor actor, int perMille) : TimeProvider
{
    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal int PerMille => perMille;

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => actor.Scheduler.Now * perMille / 1000;

    public override DateTimeOffset GetUtcNow() => Begin.AddMicroseconds(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(actor, perMille, callback, state, dueTime);

    private sealed class Timer : ITimer
    {
        private readonly Actor _actor;
        private readonly int _perMille;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private int _generation;

        internal Timer(Actor actor, int perMille, TimerCallback callback, object? state, TimeSpan due)
        {
            (_actor, _perMille, _callback, _state) = (actor, perMille, callback, state);
            Change(due, default);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var generation = ++_generation;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            _actor.After(((long)dueTime.TotalMicroseconds * 1000 / _perMille) + 1, () =>
            {
                if (generation == _generation)
                    _callback(_state);
            });
            return true;
        }

        public void Dispose() => _generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
