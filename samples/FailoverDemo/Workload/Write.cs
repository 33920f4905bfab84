namespace FailoverDemo.Workload;

/// <summary>One write and all that its client knows of it. Times are timestamps of the ledger's clock.</summary>
internal sealed class Write(int sequence, long invokedAt)
{
    private int _attempts;

    public int Sequence => sequence;

    public long InvokedAt => invokedAt;

    /// <summary>When the client learned of the commit; null where it never did.</summary>
    public long? AckedAt { get; private set; }

    /// <summary>The port of the server that acked it.</summary>
    public int Port { get; private set; }

    /// <summary>More than 1 where the outcome of an attempt was not known, so that it was repeated.</summary>
    public int Attempts => _attempts;

    /// <summary>A repeated attempt found the row of an earlier one, and so applied nothing.</summary>
    public bool WasApplied { get; private set; }

    public void BeginAttempt() => Interlocked.Increment(ref _attempts);

    public void Acked(long at, int port, bool wasApplied) => (AckedAt, Port, WasApplied) = (at, port, wasApplied);
}
