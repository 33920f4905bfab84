namespace HaConnect.Operations.Drills.Workload;

/// <summary>One write and all that its client knows of it. Times are timestamps of the ledger's clock.</summary>
internal sealed class Write(int sequence, long invokedAt)
{
    private int _attempts;

    internal int Sequence => sequence;

    internal long InvokedAt => invokedAt;

    /// <summary>When the client learned of the commit; null where it never did.</summary>
    internal long? AckedAt { get; private set; }

    /// <summary>The server that acked it.</summary>
    internal string? Node { get; private set; }

    /// <summary>More than 1 where the outcome of an attempt was not known, so that it was repeated.</summary>
    internal int Attempts => _attempts;

    /// <summary>A repeated attempt found the row of an earlier one, and so applied nothing.</summary>
    internal bool WasApplied { get; private set; }

    internal void BeginAttempt() => Interlocked.Increment(ref _attempts);

    internal void Acked(long at, string node, bool wasApplied) => (AckedAt, Node, WasApplied) = (at, node, wasApplied);
}
