using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;

namespace HaConnect.Benchmarks;

/// <summary>
/// Made for ratios that can be trusted on a machine that others use too. Iterations of half a millisecond and many of them: shorter than the
/// time a core is given to a thread, so that being interrupted spoils a few iterations and not the median. Equal jobs, which BenchmarkDotNet
/// runs one after the other, each with all benchmarks of the class: what is compared is measured within seconds of each other, again and again,
/// each time in a process of its own, since the JIT compiles differently from process to process. The gate takes the ratio within each round and
/// the median over the rounds.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RoundsAttribute : Attribute, IConfigSource
{
    public RoundsAttribute(int count)
    {
        var config = ManualConfig.CreateEmpty();
        for (var round = 1; round <= count; round++)
        {
            config.AddJob(Job.Default
                .WithId($"Round{round}")
                .WithEnvironmentVariable("HACONNECT_BENCH_ROUND", $"{round}") // equal jobs would be run once
                .WithArguments([new MsBuildArgument("/p:RunAnalyzers=false")]) // BenchmarkDotNet compiles all of it once more
                .WithIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(0.5))
                .WithWarmupCount(1500) // the JIT's last tier has come long before the end of it
                .WithIterationCount(500)
                .WithGcForce(false)); // a full collection around each iteration would take longer than the iteration
        }

        Config = config;
    }

    public IConfig Config { get; }
}
