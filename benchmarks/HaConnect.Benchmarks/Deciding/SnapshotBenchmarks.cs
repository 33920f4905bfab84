using BenchmarkDotNet.Attributes;

namespace HaConnect.Benchmarks.Deciding;

/// <summary>What one answered probe costs: the observation is taken in, and the whole snapshot is built anew and published.</summary>
[Rounds(5), MemoryDiagnoser]
public class SnapshotBenchmarks
{
    private WatchedCluster? _cluster;

    [Params(3, 64)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void SetUp() => _cluster = new WatchedCluster(Nodes);

    [Benchmark]
    public void Apply() => _cluster!.ObserveNext();
}
