using System.Collections.Concurrent;

namespace HaConnect.Simulation.Running;

/// <summary>Many runs on several threads, each run on one of them from its beginning to its end.</summary>
internal sealed class Campaign(Func<ulong, RunConfig> configOf, ulong seed, int runs)
{
    private readonly ConcurrentQueue<RunResult> _failures = new();
    private readonly ConcurrentDictionary<string, (int Runs, TimeSpan Time)> _kinds = new();
    private int _next;
    private int _done;
    private long _events;
    private long _acked;
    private long _reads;
    private long _promotions;

    internal int Done => _done;

    internal long Events => _events;

    internal long Acked => _acked;

    internal long Reads => _reads;

    internal long Promotions => _promotions;

    /// <summary>Per kind of cluster: how many runs, and the time of the threads that they took.</summary>
    internal IEnumerable<(string Kind, int Runs, TimeSpan Time)> Kinds => _kinds.OrderByDescending(k => k.Value.Runs).Select(k => (k.Key, k.Value.Runs, k.Value.Time));

    /// <summary>The runs that broke something, in the order of their seeds.</summary>
    internal IReadOnlyList<RunResult> Failures => [.. _failures.OrderBy(f => f.Seed)];

    /// <summary>The mixture that every campaign runs, by the seed: mostly three nodes, and what else a cluster can be.</summary>
    internal static RunConfig Mixed(ulong seed) => (seed % 10) switch
    {
        0 => seed % 20 < 10 ? new RunConfig { ReadBound = TimeSpan.FromSeconds(2) } : new RunConfig { Required = 0, DataNodes = seed % 40 < 20 ? 3 : 2, Witnesses = seed % 40 < 20 ? 0 : 1 },
        7 => new RunConfig { Witnesses = 1 },
        8 => new RunConfig { DataNodes = 4, Required = seed % 20 < 10 ? 1 : 2 },
        9 => seed % 20 < 10 ? new RunConfig { DataNodes = 5, Required = 2 } : new RunConfig { DataNodes = 2, Witnesses = 1, DegradeAfter = TimeSpan.FromSeconds(4) },
        6 => seed % 20 < 10 ? new RunConfig { DegradeAfter = TimeSpan.FromSeconds(4) } : new RunConfig { FencesOutside = true, Required = seed % 40 < 20 ? 0 : 1 },
        _ => new RunConfig(),
    };

    /// <summary>Ends early once <paramref name="enough"/> runs have failed.</summary>
    internal void Execute(int threads, int enough = int.MaxValue, Action<Campaign>? progress = null)
    {
        // Threads of its own: the continuations of the code under test run inline only where no scheduler or context is in their way.
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            int run;
            while (_failures.Count < enough && (run = Interlocked.Increment(ref _next) - 1) < runs)
                One(run);
        })).ToList();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
        {
            while (!worker.Join(TimeSpan.FromSeconds(10)))
                progress?.Invoke(this);
        }
    }

    private void One(int run)
    {
        var began = TimeProvider.System.GetTimestamp();
        var config = configOf(seed + (ulong)run);
        var result = SimulationRun.Execute(config, seed + (ulong)run);
        var took = TimeProvider.System.GetElapsedTime(began);
        _kinds.AddOrUpdate(config.Kind, (1, took), (_, k) => (k.Runs + 1, k.Time + took));
        if (result.Violation is not null)
            _failures.Enqueue(result);
        Interlocked.Add(ref _events, result.Events);
        Interlocked.Add(ref _acked, result.Acked);
        Interlocked.Add(ref _reads, result.Reads);
        Interlocked.Add(ref _promotions, result.Promotions);
        Interlocked.Increment(ref _done);
    }
}
