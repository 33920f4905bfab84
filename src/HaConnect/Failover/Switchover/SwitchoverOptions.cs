namespace HaConnect;

/// <summary>How a switchover treats what is under way.</summary>
public sealed class SwitchoverOptions
{
    internal static readonly TimeSpan LeastDrainTimeout = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan MostDrainTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long open transactions, and connections to the primary in the hands of applications, are waited for while new writes are held.
    /// Default 5 s; 100 ms to 5 min. Applications wait as long for their writes, so keep it below their <see cref="ConnectionsOptions.WaitTimeout"/>.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether sessions with a transaction that is still open then are ended (never cancelled). Default false: the switchover is called off.
    /// </summary>
    public bool TerminatesOpenTransactions { get; set; }

    /// <summary>Is told of each step that is seen from here, as a sentence, and where the wait is cancelled whether the request was taken back; null for nobody.</summary>
    public IProgress<string>? Progress { get; set; }
}
