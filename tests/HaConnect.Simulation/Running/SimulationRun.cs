using HaConnect.Simulation.Faults;

namespace HaConnect.Simulation.Running;

/// <summary>One run: the same seed, faults and configuration give the same run, event by event.</summary>
internal static class SimulationRun
{
    /// <summary>How much longer a run may take where the last term came late: a person needs a moment to bring back what it left behind.</summary>
    private const long Patience = 6_000_000;

    internal static RunResult Execute(RunConfig config, ulong seed, FaultPlan? plan = null, bool trace = false)
    {
        plan ??= FaultPlan.Draw(seed, config);
        var world = new World(config, seed, plan, trace);
        try
        {
            world.Begin();
            world.Scheduler.RunUntil(config.Length, () => world.Judge.Violation is not null);
            if (world.Judge.Violation is null && !Convergence.AllStream(world))
                world.Scheduler.RunUntil(config.Length + Patience, () => world.Judge.Violation is not null);
            if (world.Judge.Violation is null)
                Convergence.Check(world, plan);
        }
        finally
        {
            world.End();
        }

        return new RunResult(config, seed, plan, world.Judge.Violation, world.Scheduler.Events, world.Judge.Acked, world.Judge.Releases, world.Judge.Reads, world.Judge.Promotions, world.Judge.NewestTerm, world.Lines)
        {
            Primary = world.Judge.EstablishedPrimary?.Name,
            Refused = world.Judge.Refused,
            LongestGap = world.Judge.LongestGap,
        };
    }
}
