using BenchmarkDotNet.Attributes;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>Opening and disposing in other ways: synchronously, under a causal token that the replicas have replayed, in a scope.</summary>
[Rounds(11), MemoryDiagnoser]
public class OtherOpenBenchmarks
{
    private readonly NpgsqlDataSource _plain = OpenTargets.Current.Plain;
    private readonly HaDataSource _ha = OpenTargets.Current.HaConnect;
    private ReadPolicy _after = null!;

    [GlobalSetup]
    public async Task TakeToken()
    {
        _after = new ReadPolicy { After = await _ha.CaptureTokenAsync(), Fallback = ReadFallback.Wait };
        while (_ha.ExplainRead(_after).Nodes.Count(n => n.IsChosen) < 2)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }

    [Benchmark(Baseline = true)]
    public void PlainSync()
    {
        using var connection = _plain.OpenConnection();
    }

    [Benchmark]
    public void HaConnectPrimarySync()
    {
        using var connection = _ha.OpenConnection();
    }

    [Benchmark]
    public void HaConnectReadSync()
    {
        using var connection = _ha.OpenReadConnection();
    }

    [Benchmark]
    public async Task HaConnectReadAfterToken()
    {
        await using var connection = await _ha.OpenReadConnectionAsync(_after);
    }

    [Benchmark]
    public async Task HaConnectReadInScope()
    {
        using var scope = _ha.BeginCausalScope();
        await using var connection = await _ha.OpenReadConnectionAsync();
    }
}
