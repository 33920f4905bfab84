using BenchmarkDotNet.Attributes;
using HaConnect.Connections;
using HaConnect.Routing;

namespace HaConnect.Benchmarks.Deciding;

/// <summary>Decisions while another core publishes snapshots without a pause, and publications while another core decides: far more often than probes come.</summary>
[Rounds(5), MemoryDiagnoser]
public class PublicationBenchmarks
{
    private static readonly ReadDemand Plain = new(TimeSpan.FromHours(1), ReadFallback.Fail);
    private readonly WatchedCluster _cluster = new(3);
    private ConnectionOpener? _opener;
    private Thread? _other;
    private volatile bool _stop;

    [GlobalSetup(Target = nameof(RouteWhilePublishing))]
    public void Publish() => Start(_cluster.ObserveNext);

    [GlobalSetup(Target = nameof(PublishWhileRouting))]
    public void Decide() => Start(() => _opener!.Decide(Plain));

    [GlobalCleanup]
    public void CleanUp()
    {
        _stop = true;
        _other!.Join();
    }

    [Benchmark]
    public object? RouteWhilePublishing() => _opener!.Decide(Plain).Node;

    [Benchmark]
    public void PublishWhileRouting() => _cluster.ObserveNext();

    private void Start(Action repeat)
    {
        _opener = _cluster.CreateOpener();
        _stop = false;
        _other = new Thread(() =>
        {
            while (!_stop)
                repeat();
        });
        _other.Start();
    }
}
