using HaConnect.Simulation.Faults;

namespace HaConnect.Simulation.Running;

/// <summary>Makes the faults of a failing run as few and as short as they can be while the same invariant breaks.</summary>
internal static class Shrinker
{
    internal static RunResult Shrink(RunResult failing)
    {
        var invariant = failing.Violation!.Invariant;
        var best = failing;
        for (var improved = true; improved;)
        {
            improved = false;
            for (var i = 0; i < best.Plan.Faults.Count; i++)
            {
                if (Try(best, [.. best.Plan.Faults.Where((_, n) => n != i)], invariant) is { } fewer)
                {
                    best = fewer;
                    improved = true;
                    i--;
                }
            }
        }

        for (var i = 0; i < best.Plan.Faults.Count; i++)
        {
            for (var length = best.Plan.Faults[i].For / 2; length >= 5_000; length /= 2)
            {
                var at = i;
                if (Try(best, [.. best.Plan.Faults.Select((f, n) => n == at ? f with { For = length } : f)], invariant) is not { } shorter)
                    break;
                best = shorter;
            }
        }

        return SimulationRun.Execute(best.Config, best.Seed, best.Plan, trace: true);
    }

    private static RunResult? Try(RunResult from, IReadOnlyList<Fault> faults, string invariant)
    {
        var result = SimulationRun.Execute(from.Config, from.Seed, new FaultPlan(faults));
        return result.Violation?.Invariant == invariant ? result : null;
    }
}
