using HaConnect.Simulation.Faults;
using HaConnect.Simulation.Servers;

namespace HaConnect.Simulation.Running;

/// <summary>What must be true some time after the last fault: one established primary, known to all, acking, and followed by all.</summary>
internal static class Convergence
{
    internal static void Check(World world, FaultPlan plan)
    {
        var judge = world.Judge;
        if (judge.EstablishedPrimary is not { Process: { Accepts: true, InRecovery: false } } primary)
        {
            judge.Violated(Invariants.Converges, judge.EstablishedPrimary is { } away ? $"{away.Name}, the established primary, is not there" : "no term was ever established");
            return;
        }

        judge.CheckNothingLost(primary, long.MaxValue, $"the run ends with {primary.Name}");
        foreach (var instance in world.Instances)
        {
            if (instance.Cluster.Current.Primary?.Name != primary.Name)
                judge.Violated(Invariants.Converges, $"{instance.Name} has {instance.Cluster.Current.Primary?.Name ?? "no primary"}: {instance.Cluster.Current.Reason}");
        }

        if (world.Scheduler.Now - judge.LastAckAt > 2_000_000)
            judge.Violated(Invariants.Converges, $"nothing was acked for {(world.Scheduler.Now - judge.LastAckAt) / 1e6:0.0} s");
        foreach (var standby in world.DataNodes.Where(s => s != primary))
        {
            if (!Streams(standby, primary))
                judge.Violated(Invariants.Converges, $"{standby.Name} does not stream from {primary.Name}");
        }

        if (plan.Faults.Count == 0 && judge.Promotions > 0)
            judge.Violated(Invariants.NoNeedlessPromotion, $"{judge.Promotions} promotions although nothing went wrong");
    }

    internal static bool AllStream(World world) => world.Judge.EstablishedPrimary is { } primary && world.DataNodes.All(s => s == primary || Streams(s, primary));

    /// <summary>By way of other standbys too: a cascade is left as it is.</summary>
    private static bool Streams(SimServer standby, SimServer primary)
    {
        var upstream = standby;
        for (var hops = 0; hops < primary.World.DataNodes.Length; hops++)
        {
            if (upstream.Process is not { InRecovery: true, Startup.Receiver: { Status: "streaming" } receiver })
                return false;
            upstream = receiver.Upstream;
            if (upstream == primary)
                return true;
        }

        return false;
    }
}
