namespace FailoverDemo;

/// <summary>What the command line asks for.</summary>
/// <param name="Fault">What befalls the primary.</param>
/// <param name="IsAsynchronous">Asynchronous replication, instead of one synchronous standby of two.</param>
/// <param name="Duration">How long the workload runs; the fault comes at a third of it.</param>
/// <param name="Writers">How many write at once, without pauses.</param>
/// <param name="AsJson">The report as one JSON object on standard output, everything else on standard error.</param>
/// <param name="IsVerbose">HaConnect's own log, on standard error.</param>
internal sealed record DemoOptions(Fault Fault, bool IsAsynchronous, TimeSpan Duration, int Writers, bool AsJson, bool IsVerbose)
{
    /// <summary>The bound that is configured, and against which the staleness seen is held.</summary>
    public static readonly TimeSpan MaxReplicaLag = TimeSpan.FromSeconds(1);

    public const int Readers = 2;

    public TimeSpan FaultAfter => Duration / 3;
}
