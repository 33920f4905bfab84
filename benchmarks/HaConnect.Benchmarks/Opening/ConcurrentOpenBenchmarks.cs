using BenchmarkDotNet.Attributes;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>The same by eight tasks at once, which contend for the pool.</summary>
[Rounds(11), MemoryDiagnoser]
public class ConcurrentOpenBenchmarks
{
    private const int Tasks = 8;
    private const int EachOpens = 100;

    private readonly NpgsqlDataSource _plain = OpenTargets.Current.Plain;
    private readonly NpgsqlDataSource _multiHostPrimary = OpenTargets.Current.MultiHostPrimary;
    private readonly NpgsqlDataSource _multiHostRead = OpenTargets.Current.MultiHostRead;
    private readonly HaDataSource _ha = OpenTargets.Current.HaConnect;

    [Benchmark(Baseline = true, OperationsPerInvoke = Tasks * EachOpens)]
    public Task PlainByEight() => AtOnceAsync(_plain, static source => source.OpenConnectionAsync());

    [Benchmark(OperationsPerInvoke = Tasks * EachOpens)]
    public Task HaConnectPrimaryByEight() => AtOnceAsync(_ha, static source => source.OpenConnectionAsync());

    [Benchmark(OperationsPerInvoke = Tasks * EachOpens)]
    public Task HaConnectReadByEight() => AtOnceAsync(_ha, static source => source.OpenReadConnectionAsync());

    [Benchmark(OperationsPerInvoke = Tasks * EachOpens)]
    public Task MultiHostPrimaryByEight() => AtOnceAsync(_multiHostPrimary, static source => source.OpenConnectionAsync());

    [Benchmark(OperationsPerInvoke = Tasks * EachOpens)]
    public Task MultiHostReadByEight() => AtOnceAsync(_multiHostRead, static source => source.OpenConnectionAsync());

    private static Task AtOnceAsync<T>(T source, Func<T, ValueTask<NpgsqlConnection>> open) => Task.WhenAll(Enumerable.Range(0, Tasks).Select(_ => Task.Run(async () =>
    {
        for (var i = 0; i < EachOpens; i++)
        {
            await using var connection = await open(source);
        }
    })));
}
