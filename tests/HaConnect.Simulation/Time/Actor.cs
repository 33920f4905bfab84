namespace HaConnect.Simulation.Time;

/// <summary>A process: while it is frozen, what would happen to it waits; once it is dead, nothing happens to it any more.</summary>
internal sealed class Actor(Scheduler scheduler, string name) : IReceiver
{
    private readonly Queue<Action> _waiting = new();

    internal Scheduler Scheduler => scheduler;

    internal string Name => name;

    internal bool IsDead { get; private set; }

    internal bool IsFrozen { get; private set; }

    internal void Run(Action action)
    {
        if (IsDead)
            return;
        if (IsFrozen)
            _waiting.Enqueue(action);
        else
            action();
    }

    internal void After(long delay, Action action) => scheduler.At(scheduler.Now + delay, this, action);

    void IReceiver.Take(Action action) => Run(action);

    internal void Freeze() => IsFrozen = true;

    internal void Thaw()
    {
        IsFrozen = false;
        while (!IsFrozen && !IsDead && _waiting.TryDequeue(out var action))
            action();
    }

    internal void Die()
    {
        IsDead = true;
        _waiting.Clear();
    }
}
