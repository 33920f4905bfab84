using BenchmarkDotNet.Attributes;
using HaConnect.Connections;
using HaConnect.Routing;

namespace HaConnect.Benchmarks.Deciding;

/// <summary>The decision where a read goes, the reading of the clock included: what HaConnect does before it asks a pool.</summary>
[Rounds(5), MemoryDiagnoser]
public class RoutingBenchmarks
{
    private static readonly ReadDemand Plain = new(TimeSpan.FromHours(1), ReadFallback.Fail); // nobody probes meanwhile
    private static readonly ReadDemand Causal = Plain with { Replayed = 1 };
    private ConnectionOpener? _opener;

    [Params(3, 64)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var cluster = new WatchedCluster(Nodes);
        _opener = cluster.CreateOpener();
        if (cluster.State.Current.ReadTiers[0].Length != Nodes - 1 || !_opener.Decide(Plain).Node!.Name.StartsWith('n'))
            throw new InvalidOperationException($"Not every standby is a target: {cluster.State.Current.Describe()}");
    }

    [Benchmark]
    public object? Route() => _opener!.Decide(Plain).Node;

    /// <summary>Under a token that every standby has replayed.</summary>
    [Benchmark]
    public object? RouteAfterToken() => _opener!.Decide(Causal).Node;
}
