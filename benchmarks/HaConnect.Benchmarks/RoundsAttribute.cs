using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;

namespace HaConnect.Benchmarks;

/// <summary>
/// Short equal jobs, which BenchmarkDotNet runs one after the other, each with all benchmarks of the class: what is compared is thus measured
/// within seconds of each other, again and again, each time in a process of its own (the JIT compiles differently from process to process). The
/// gate takes the ratio within each round and the median over the rounds, so that a machine that is busy for a while spoils a round, not the verdict.
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
                .WithIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(150))
                .WithWarmupCount(4)
                .WithIterationCount(9));
        }

        Config = config;
    }

    public IConfig Config { get; }
}
