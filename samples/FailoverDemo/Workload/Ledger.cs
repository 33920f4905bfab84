using System.Collections.Concurrent;
using HaConnect.Testing;

namespace FailoverDemo.Workload;

/// <summary>
/// The demo's own record of what its clients asked and were told, by one monotonic clock. All figures come from it and from a direct read of
/// the servers, none from HaConnect. Each writer and each reader fills a list of its own; they are read when all have ended.
/// </summary>
internal sealed class Ledger
{
    private readonly TimeProvider _time;
    private readonly List<Write>[] _writes;
    private readonly List<Read>[] _reads;
    private readonly int _firstPrimaryPort;
    private int _acked;
    private int _elsewhere;

    public Ledger(int writers, int readers, PostgresNode firstPrimary, TimeProvider time)
    {
        _time = time;
        _firstPrimaryPort = firstPrimary.Port;
        _writes = [.. Enumerable.Range(0, writers).Select(_ => new List<Write>(1 << 14))];
        _reads = [.. Enumerable.Range(0, readers).Select(_ => new List<Read>(1 << 12))];
    }

    /// <summary>Raised once: the first ack of a server other than the first primary.</summary>
    public event Action? AckedElsewhere;

    public IReadOnlyList<IReadOnlyList<Write>> Writes => _writes;

    public IEnumerable<Read> Reads => _reads.SelectMany(reads => reads);

    /// <summary>What failed before the application's eyes, one sentence each.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>For the live display.</summary>
    public int AckedSoFar => Volatile.Read(ref _acked);

    public long WorkloadBeganAt { get; private set; }

    public long WorkloadEndedAt { get; private set; }

    /// <summary>Just before the signal is sent; null before.</summary>
    public long? FaultAt { get; private set; }

    public long Now => _time.GetTimestamp();

    public void WorkloadBegins() => WorkloadBeganAt = Now;

    public void WorkloadEnded() => WorkloadEndedAt = Now;

    public void FaultBegins() => FaultAt = Now;

    public TimeSpan Between(long from, long to) => _time.GetElapsedTime(from, to);

    public Write BeginWrite(int writer)
    {
        var write = new Write(_writes[writer].Count + 1, Now);
        _writes[writer].Add(write);
        return write;
    }

    public void Acked(Write write, int port, bool wasApplied)
    {
        write.Acked(Now, port, wasApplied);
        Interlocked.Increment(ref _acked);
        if (port != _firstPrimaryPort && Interlocked.Exchange(ref _elsewhere, 1) == 0)
            AckedElsewhere?.Invoke();
    }

    public void Add(int reader, Read read) => _reads[reader].Add(read);
}
