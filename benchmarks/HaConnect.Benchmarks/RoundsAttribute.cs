using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace HaConnect.Benchmarks;

/// <summary>
/// Made for ratios that can be trusted on a machine that others use too. Iterations of half a millisecond, and many of them: shorter than the
/// time a core is given to a thread, so that being interrupted spoils a few iterations and not the median. Rounds, which BenchmarkDotNet runs one
/// after the other, each with all benchmarks of the class: what is compared is measured within seconds of each other, again and again. All in one
/// process: in short-lived processes on a busy machine some are measured before the JIT's last tier has come, which makes ratios of 0.4 and of 3.
/// The gate takes the ratio within each round and the median over the rounds. Two more rounds of few and long iterations count the bytes: over a
/// thousand operations BenchmarkDotNet's own allocations would show as some bytes for each.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RoundsAttribute : Attribute, IConfigSource
{
    public RoundsAttribute(int count)
    {
        var config = ManualConfig.CreateEmpty();
        for (var round = 0; round < count; round++)
        {
            config.AddJob(Round(round)
                .WithIterationTime(TimeInterval.FromMilliseconds(0.5))
                .WithWarmupCount(50 + round) // they differ, since equal jobs are run once
                .WithIterationCount(200));
        }

        for (var round = count; round < count + 2; round++)
            config.AddJob(Round(round).WithIterationTime(TimeInterval.FromMilliseconds(200)).WithWarmupCount(1).WithIterationCount(round - count + 2));
        Config = config;
    }

    public IConfig Config { get; }

    private static Job Round(int number) => Job.Default
        .WithId($"Round{number + 1:00}")
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithGcForce(false); // a full collection around each iteration would take longer than the iteration
}
