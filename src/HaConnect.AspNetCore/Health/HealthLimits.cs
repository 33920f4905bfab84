namespace HaConnect.AspNetCore.Health;

/// <summary>What a cluster is measured against.</summary>
/// <param name="PrimaryGrace">See <see cref="HaDatabaseHealthOptions.PrimaryGrace"/>.</param>
/// <param name="LoopTimeout">See <see cref="HaDatabaseHealthOptions.LoopTimeout"/>.</param>
/// <param name="MaxReplicaLag">See <see cref="HaDatabaseHealthOptions.MaxReplicaLag"/>.</param>
/// <param name="ProbeTimeout">See <see cref="ProbingOptions.Timeout"/>.</param>
/// <param name="Required">How many synchronous standbys the options of this instance demand where it coordinates; else 0.</param>
internal sealed record HealthLimits(TimeSpan PrimaryGrace, TimeSpan LoopTimeout, TimeSpan MaxReplicaLag, TimeSpan ProbeTimeout, int Required)
{
    internal static HealthLimits Of(HaDatabaseHealthOptions health, HaDatabaseOptions options) => new(
        health.PrimaryGrace, health.LoopTimeout, health.MaxReplicaLag ?? options.Routing.MaxReplicaLag, options.Probing.Timeout,
        options.Failover.Mode == FailoverMode.Coordinate ? options.Failover.RequiredSynchronousStandbys : 0);
}
