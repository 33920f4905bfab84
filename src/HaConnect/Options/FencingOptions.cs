namespace HaConnect;

/// <summary>
/// A program outside PostgreSQL that sees to it that a lost primary takes no more writes: it cuts off its power, its network or its storage.
/// With quorum-synchronous replication a lost primary can ack nothing without it; with asynchronous replication nothing else stops it where no
/// session reaches it. docs/operations/fencing.md has the contract and an example.
/// </summary>
public sealed class FencingOptions
{
    /// <summary>
    /// The absolute path of the program, on every host that may coordinate. Null, the default, for none. It runs on the coordinator's host
    /// before anything is changed for a failover, and does so again when an attempt is repeated. It is told whom to fence by its environment,
    /// and says by exit code 0 that the node takes no write any more until somebody lets it; after any other the failover is refused and
    /// tried again soon, unless somebody has asked for it and accepts loss (<see cref="HaCluster.FailoverAsync"/>). A planned switchover does not run it.
    /// </summary>
    public string? Command { get; set; }

    /// <summary>Its arguments, each passed as it is. Default none.</summary>
    public IList<string> Arguments { get; } = [];

    /// <summary>How long it may take; then it is killed with its children, and counts as failed. It is part of the recovery time. 1 s to 2 minutes. Default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether it is only rehearsed: it runs with <c>HACONNECT_DRY_RUN=true</c>, is to change nothing, and the failover goes on whatever it
    /// answers; what it answered is logged and in the audit trail. Default false.
    /// </summary>
    public bool DryRun { get; set; }
}
