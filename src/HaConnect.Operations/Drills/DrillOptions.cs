namespace HaConnect.Operations;

/// <summary>What a drill does, and what it is to prove.</summary>
public sealed class DrillOptions
{
    internal static readonly TimeSpan LeastDuration = TimeSpan.FromSeconds(6);
    internal static readonly TimeSpan MostDuration = TimeSpan.FromHours(1);
    internal const int MostClients = 64;

    /// <summary>
    /// <see cref="DrillKind.Failover"/>, <see cref="DrillKind.Switchover"/> or <see cref="DrillKind.Disaster"/>; the other kinds are drills of their own. Default
    /// <see cref="DrillKind.Failover"/>.
    /// </summary>
    public DrillKind Kind { get; set; }

    /// <summary>The name of the cluster (<see cref="HaDatabaseOptions.ClusterName"/>), as a confirmation. Required.</summary>
    public string Cluster { get; set; } = "";

    /// <summary>
    /// What the cluster is for, where <see cref="HaDatabaseOptions.Environment"/> does not say it: <c>Staging</c>, say. A drill breaks things, so that it wants one of both, and
    /// never runs where either, or the audit trail on the cluster, says production. Default null.
    /// </summary>
    public string? Environment { get; set; }

    /// <summary>
    /// The command that makes the fault, run by <c>/bin/sh -c</c> here: <c>ssh $HACONNECT_HOST sudo systemctl kill -s KILL postgresql@15-main</c>. Its environment has HACONNECT_CLUSTER,
    /// HACONNECT_NODE, HACONNECT_HOST and HACONNECT_PORT of the primary. Where it has not ended 30 s after <see cref="TargetRecovery"/>, it is killed, and the drill has failed. Required but for a
    /// switchover. Default null.
    /// </summary>
    public string? FaultCommand { get; set; }

    /// <summary>
    /// The command that brings a node back as a standby, run likewise once for each node that has to be: it ends when the node streams, or is about to. Required. Default null.
    /// </summary>
    public string? RestoreCommand { get; set; }

    /// <summary>The nodes that a loss of a site strikes beside the primary, as the fault command does it: one at least. Whichever is never seen to be unreachable fails the drill. Default none.</summary>
    public IList<string> SiteNodes { get; } = [];

    /// <summary>How long the workload runs; the fault comes at a third of it. 6 s to 1 h. Default 20 s.</summary>
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How many write at once, without pauses. 1 to 64. Default 4. With <see cref="Command"/> it is one, with pauses.</summary>
    public int Writers { get; set; } = 4;

    /// <summary>How many read at once. 0 to 64. Default 2.</summary>
    public int Readers { get; set; } = 2;

    /// <summary>
    /// A program of one's own as the workload, run by <c>/bin/sh -c</c> and ended with the drill. What it writes cannot be counted: the drill's own probe, ten writes a second, is what the
    /// figures are of. Default null, the drill's own workload.
    /// </summary>
    public string? Command { get; set; }

    /// <summary>How long it may take from the fault to the first acked write (RTO). More than zero. Default 300 s.</summary>
    public TimeSpan TargetRecovery { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>How many acked writes may be lost (RPO), 0 or more; null for any number, which is only reported. Default 0.</summary>
    public long? TargetLoss { get; set; } = 0;

    /// <summary>How long each step of bringing the cluster back into its first shape is waited for. 10 s to 1 h. Default 5 min.</summary>
    public TimeSpan RestoreTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the outcome as an audit record, and those of the drill's own data sources; null for nobody.</summary>
    public IAuditSink? Audit { get; set; }

    /// <summary>Who asked for it, as the audit trail says it; null for an application by itself.</summary>
    public string? By { get; set; }

    /// <summary>Is told of each step and event as a sentence; null for nobody.</summary>
    public IProgress<string>? Progress { get; set; }

    internal TimeSpan FaultAfter => Duration / 3;

    /// <exception cref="ArgumentException">A value is out of its bounds; all are named.</exception>
    internal static void Validate(DrillOptions options)
    {
        List<string> problems = [];
        if (options.Kind is not (DrillKind.Failover or DrillKind.Switchover or DrillKind.Disaster))
            problems.Add($"Kind is {options.Kind}; it must be Failover, Switchover or Disaster.");
        if (options.Duration < LeastDuration || options.Duration > MostDuration)
            problems.Add($"Duration is {options.Duration}; it must be {LeastDuration} to {MostDuration}.");
        if (options.Writers is < 1 or > MostClients)
            problems.Add($"Writers is {options.Writers}; it must be 1 to {MostClients}.");
        if (options.Readers is < 0 or > MostClients)
            problems.Add($"Readers is {options.Readers}; it must be 0 to {MostClients}.");
        if (options.TargetRecovery <= TimeSpan.Zero)
            problems.Add($"TargetRecovery is {options.TargetRecovery}; it must be more than zero.");
        if (options.TargetLoss < 0)
            problems.Add($"TargetLoss is {options.TargetLoss}; it must be 0 or more.");
        if (options.RestoreTimeout < TimeSpan.FromSeconds(10) || options.RestoreTimeout > TimeSpan.FromHours(1))
            problems.Add($"RestoreTimeout is {options.RestoreTimeout}; it must be 10 s to 1 h.");
        if (problems.Count > 0)
            throw new ArgumentException(string.Join(' ', problems), nameof(options));
    }
}
