namespace HaConnect.Operations.Integrity;

/// <summary>A part of a table with suspect rows: it is done when all of them are judged.</summary>
internal sealed class PartWork(Part part, PartOutcome outcome)
{
    private readonly Lock _lock = new();
    private int _open = 1; // whoever is looking for suspects

    internal Part Part => part;

    internal PartOutcome Outcome { get; private set; } = outcome;

    internal void Open() => Interlocked.Increment(ref _open);

    internal void Add(PartOutcome found, int mostShown)
    {
        lock (_lock)
            Outcome = Outcome.With(found, mostShown);
    }

    /// <returns>Whether all is done.</returns>
    internal bool Close() => Interlocked.Decrement(ref _open) == 0;
}
