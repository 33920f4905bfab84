namespace HaConnect.AspNetCore.Health;

/// <summary>What a cluster is measured against.</summary>
/// <param name="PrimaryGrace">See <see cref="HaDatabaseHealthOptions.PrimaryGrace"/>.</param>
/// <param name="LoopTimeout">See <see cref="HaDatabaseHealthOptions.LoopTimeout"/>.</param>
/// <param name="MaxReplicaLag">See <see cref="HaDatabaseHealthOptions.MaxReplicaLag"/>.</param>
/// <param name="ProbeTimeout">See <see cref="ProbingOptions.Timeout"/>.</param>
/// <param name="Required">How many synchronous standbys the options of this instance demand where it coordinates; else 0.</param>
/// <param name="MayAck">The nodes that these options would have as synchronous standbys; empty where this instance does not coordinate, or none is demanded.</param>
internal sealed record HealthLimits(TimeSpan PrimaryGrace, TimeSpan LoopTimeout, TimeSpan MaxReplicaLag, TimeSpan ProbeTimeout, int Required, IReadOnlyList<string> MayAck)
{
    internal static HealthLimits Of(HaDatabaseHealthOptions health, HaDatabaseOptions options)
    {
        var required = options.Failover.Mode == FailoverMode.Coordinate ? options.Failover.RequiredSynchronousStandbys : 0;
        return new(
            health.PrimaryGrace, health.LoopTimeout, health.MaxReplicaLag ?? options.Routing.MaxReplicaLag, options.Probing.Timeout, required,
            required == 0 ? [] : [.. Options.ConfiguredNode.DataNodesOf(options).Where(n => n.IsSynchronous).Select(n => n.Name)]);
    }
}
