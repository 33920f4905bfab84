using HaConnect.Failover.Fencing;
using HaConnect.Simulation.Time;

namespace HaConnect.Simulation.Instances;

/// <summary>A power switch that takes its time, sometimes does nothing, and sometimes does what it then denies.</summary>
internal sealed class SimFence(World world, SimInstance instance) : IExternalFence
{
    private const long UntilSwitchedOn = 2_500_000;

    private readonly Dice _dice = new(world.Seed, "fence " + instance.Name);

    public async Task<FenceAnswer> FenceAsync(FenceOrder order, CancellationToken cancellationToken)
    {
        var (dice, server) = (_dice.Below(10), world.Server(order.Node));
        var outcome = world.Scheduler.Now < world.Config.FaultsUntil ? dice : 0; // then the switch works, too
        await Task.Delay(TimeSpan.FromMicroseconds(_dice.Between(50_000, 1_500_000)), instance.Clock, cancellationToken).ConfigureAwait(false);
        if (outcome >= 8)
            return new FenceAnswer(false, "the switch does not answer");
        world.Trace($"{server.Name} is switched off, as {instance.Name} wants");
        server.SwitchOff();
        world.Scheduler.After(UntilSwitchedOn, server.SwitchOn);
        if (outcome == 7)
            return new FenceAnswer(false, "the switch's answer was lost");
        world.Judge.FencedOutside(server);
        return new FenceAnswer(true, "switched off");
    }
}
