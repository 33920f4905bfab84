using HaConnect.Simulation.Faults;
using HaConnect.Simulation.Judging;

namespace HaConnect.Simulation.Running;

internal sealed record RunResult(RunConfig Config, ulong Seed, FaultPlan Plan, Violation? Violation, long Events, int Acked, int Releases, int Reads, int Promotions, long Terms, IReadOnlyList<string> Trace)
{
    /// <summary>What two executions of one seed must have in common.</summary>
    internal string Fingerprint => $"{Events} events, {Acked} acked, {Releases} released, {Reads} reads, {Promotions} promotions, {Terms} terms, {Violation}";
}
