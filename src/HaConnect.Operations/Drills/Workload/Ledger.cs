using System.Collections.Concurrent;

namespace HaConnect.Operations.Drills.Workload;

/// <summary>
/// A drill's own record of what its clients asked and were told, by one monotonic clock. Its figures come from it and from a direct read of
/// the servers, none from HaConnect. Each writer and each reader fills a list of its own; they are read when all have ended.
/// </summary>
internal sealed class Ledger
{
    private readonly TimeProvider _time;
    private readonly List<Write>[] _writes;
    private readonly List<Read>[] _reads;
    private readonly string _firstPrimary;
    private int _acked;
    private int _elsewhere;

    internal Ledger(int writers, int readers, string firstPrimary, TimeProvider time)
    {
        _time = time;
        _firstPrimary = firstPrimary;
        _writes = [.. Enumerable.Range(0, writers).Select(_ => new List<Write>(1 << 14))];
        _reads = [.. Enumerable.Range(0, readers).Select(_ => new List<Read>(1 << 12))];
    }

    /// <summary>Raised once: the first ack of a server other than the first primary.</summary>
    internal event Action? AckedElsewhere;

    internal IReadOnlyList<IReadOnlyList<Write>> Writes => _writes;

    internal IEnumerable<Read> Reads => _reads.SelectMany(reads => reads);

    /// <summary>What failed before the application's eyes, one sentence each.</summary>
    internal ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>For the live display.</summary>
    internal int AckedSoFar => Volatile.Read(ref _acked);

    /// <summary>Whether another server than the first primary has acked a write.</summary>
    internal bool HasAckedElsewhere => Volatile.Read(ref _elsewhere) != 0;

    internal long WorkloadBeganAt { get; private set; }

    internal long WorkloadEndedAt { get; private set; }

    /// <summary>Just before the fault is made; null before.</summary>
    internal long? FaultAt { get; private set; }

    internal long Now => _time.GetTimestamp();

    internal void WorkloadBegins() => WorkloadBeganAt = Now;

    internal void WorkloadEnded() => WorkloadEndedAt = Now;

    internal void FaultBegins() => FaultAt = Now;

    internal TimeSpan Between(long from, long to) => _time.GetElapsedTime(from, to);

    internal Write BeginWrite(int writer)
    {
        var write = new Write(_writes[writer].Count + 1, Now);
        _writes[writer].Add(write);
        return write;
    }

    internal void Acked(Write write, string node, bool wasApplied)
    {
        write.Acked(Now, node, wasApplied);
        Interlocked.Increment(ref _acked);
        if (node != _firstPrimary && Interlocked.Exchange(ref _elsewhere, 1) == 0)
            AckedElsewhere?.Invoke();
    }

    internal void Add(int reader, Read read) => _reads[reader].Add(read);
}
