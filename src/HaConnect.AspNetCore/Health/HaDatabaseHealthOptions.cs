using Microsoft.Extensions.Options;

namespace HaConnect.AspNetCore;

/// <summary>When a cluster counts as unhealthy for this instance.</summary>
public sealed class HaDatabaseHealthOptions
{
    /// <summary>
    /// How long there may be no primary that takes writes before that is Unhealthy; until then it is Degraded. Operations wait through a failover
    /// (<see cref="ConnectionsOptions.WaitTimeout"/>): an instance that is taken out of rotation for the second that one takes cannot let them. Where no primary has been seen since
    /// the start it is Unhealthy at once. Zero for at once, to 10 min. Default 5 s.
    /// </summary>
    public TimeSpan PrimaryGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How much later than due a node's probe may be before that is Unhealthy: its loop has died, or this process does not get to run. What is known of the cluster is then
    /// not true any more. 10 s to 1 h. Default 30 s.
    /// </summary>
    public TimeSpan LoopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How fresh one replica must be, else it is Degraded; 40 ms to 1 day. Default: <see cref="RoutingOptions.MaxReplicaLag"/>.</summary>
    public TimeSpan? MaxReplicaLag { get; set; }

    internal void ThrowIfInvalid()
    {
        var errors = new List<string>();
        if (PrimaryGrace < TimeSpan.Zero || PrimaryGrace > TimeSpan.FromMinutes(10))
            errors.Add($"HaDatabaseHealthOptions.PrimaryGrace is {PrimaryGrace}; it must be zero (Unhealthy at once) to 00:10:00.");
        if (LoopTimeout < TimeSpan.FromSeconds(10) || LoopTimeout > TimeSpan.FromHours(1))
            errors.Add($"HaDatabaseHealthOptions.LoopTimeout is {LoopTimeout}; it must be 00:00:10 to 01:00:00.");
        if (MaxReplicaLag is { } lag && (lag < TimeSpan.FromMilliseconds(40) || lag > TimeSpan.FromDays(1)))
            errors.Add($"HaDatabaseHealthOptions.MaxReplicaLag is {lag}; it must be 00:00:00.0400000 to 1.00:00:00. Leave it out for Routing.MaxReplicaLag.");
        if (errors.Count > 0)
            throw new OptionsValidationException(nameof(HaDatabaseHealthOptions), typeof(HaDatabaseHealthOptions), errors);
    }
}
