using System.Runtime.InteropServices;

namespace HaConnect.Routing;

/// <summary>A read's policy with everything filled in: from the call, else from the scope it is made in, else from the options.</summary>
/// <param name="Demand">What the routing is to heed.</param>
/// <param name="After">The token it is made under, if any.</param>
/// <param name="CatchUp">How long to wait for a replica that is close behind it.</param>
/// <param name="HeedsScope">Whether it must see what was done in its scope.</param>
/// <param name="HedgeAfter">When it is begun at another replica too; zero for never.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ResolvedPolicy(ReadDemand Demand, CausalToken? After, TimeSpan CatchUp, bool HeedsScope, TimeSpan HedgeAfter = default)
{
    internal static ResolvedPolicy Of(ReadPolicy? call, ReadPolicy? scope, HaDatabaseOptions options)
    {
        Check(call, options);
        var consistency = call?.Consistency ?? scope?.Consistency ?? options.Routing.Consistency;
        var bound = call?.MaxReplicaLag ?? scope?.MaxReplicaLag ?? options.Routing.MaxReplicaLag;
        var fallback = call?.Fallback ?? scope?.Fallback ?? options.Routing.Fallback;
        var after = call?.After ?? (consistency == ReadConsistency.Eventual ? null : scope?.After);
        if (after is not null && consistency == ReadConsistency.Eventual)
            throw new ArgumentException("ReadPolicy.After is set, and the consistency is Eventual, which heeds no token: leave one of them out, or set ReadPolicy.Consistency to Bounded.", nameof(call));
        return new ResolvedPolicy(
            new ReadDemand(consistency == ReadConsistency.Eventual ? TimeSpan.MaxValue : bound, fallback, PrimaryOnly: consistency == ReadConsistency.Strong,
                Kind: call?.Replicas ?? scope?.Replicas ?? options.Routing.Replicas, Only: call?.Nodes ?? scope?.Nodes),
            after,
            call?.CatchUpTimeout ?? scope?.CatchUpTimeout ?? options.Routing.CatchUpTimeout,
            HeedsScope: consistency != ReadConsistency.Eventual,
            HedgeAfter: call?.HedgeAfter ?? scope?.HedgeAfter ?? options.Routing.HedgeAfter);
    }

    /// <exception cref="ArgumentOutOfRangeException">A member is out of its bounds, or the bound is smaller than the probe interval can prove.</exception>
    internal static void Check(ReadPolicy? policy, HaDatabaseOptions options)
    {
        if (policy is null)
            return;
        if (policy.Fallback is { } fallback && !Enum.IsDefined(fallback))
            throw new ArgumentOutOfRangeException(nameof(policy), fallback, "ReadPolicy.Fallback must be Primary, Wait, Fail or Freshest.");
        if (policy.Consistency is { } consistency && !Enum.IsDefined(consistency))
            throw new ArgumentOutOfRangeException(nameof(policy), consistency, "ReadPolicy.Consistency must be Bounded, Eventual or Strong.");
        if (policy.Replicas is { } kind && !Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(policy), kind, "ReadPolicy.Replicas must be Any, Synchronous or Asynchronous.");
        if (policy.Nodes is { Count: 0 })
            throw new ArgumentException("ReadPolicy.Nodes names no node: leave it null for all.", nameof(policy));
        if (policy.CatchUpTimeout is { } wait && (wait < TimeSpan.Zero || wait > TimeSpan.FromSeconds(10)))
            throw new ArgumentOutOfRangeException(nameof(policy), wait, $"ReadPolicy.CatchUpTimeout is {wait}; it must be from 0 to 10 s.");
        if (policy.HedgeAfter is { } hedge && hedge != TimeSpan.Zero && (hedge < TimeSpan.FromMilliseconds(1) || hedge > TimeSpan.FromSeconds(10)))
            throw new ArgumentOutOfRangeException(nameof(policy), hedge, $"ReadPolicy.HedgeAfter is {hedge}; it must be from 1 ms to 10 s, or zero for never.");
        var interval = options.Probing.EffectiveInterval(options.Routing.MaxReplicaLag);
        if (policy.MaxReplicaLag is { } bound && bound < interval * 4)
            throw new ArgumentOutOfRangeException(nameof(policy), bound, $"ReadPolicy.MaxReplicaLag is {bound}, which probes every {interval} (Probing.Interval) cannot prove: ask for at least {interval * 4}, or set Probing.Interval to {bound / 4} or less.");
    }
}
