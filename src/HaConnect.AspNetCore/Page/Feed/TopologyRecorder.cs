using HaConnect.Status;

namespace HaConnect.AspNetCore.Page.Feed;

/// <summary>
/// What is kept whether a page is open or not: decisions, the write gap, and a point of the charts each second. It costs a comparison for each snapshot, and a
/// few numbers each second.
/// </summary>
internal sealed class TopologyRecorder : IAuditSink, IDisposable
{
    internal static readonly TimeSpan PointInterval = TimeSpan.FromSeconds(1);

    private readonly HaRuntime _runtime;
    private readonly ITimer _timer;
    private long _lastPointAt;

    internal TopologyRecorder(HaRuntime runtime)
    {
        _runtime = runtime;
        WriteGap = new WriteGap(runtime.Time);
        WriteGap.Observe(runtime.State.Current.WritableNode is not null);
        _lastPointAt = runtime.Time.GetTimestamp();
        var now = runtime.State.Current;
        Tell(ClusterSnapshot.Initial(now.Nodes.Select(n => new NodeSnapshot(n.Node) { Reason = "" })), now);
        runtime.Audit.Add(this);
        runtime.State.Published += OnPublished;
        _timer = runtime.Time.CreateTimer(static s => ((TopologyRecorder)s!).AddPoint(), this, PointInterval, PointInterval);
    }

    internal DecisionRing Decisions { get; } = new();

    internal History History { get; } = new();

    internal WriteGap WriteGap { get; }

    /// <summary>Set while a page is open.</summary>
    internal ReadCounts? Reads { get; set; }

    /// <summary>Something was added, or is different; handlers must be quick and must not throw.</summary>
    internal event Action? Changed;

    /// <summary>Of this instance, as coordinator. What it sees of the cluster comes with the snapshots, and what the page asks for with its answer.</summary>
    public void Write(AuditRecord record)
    {
        if (record.By is not null || record.Kind == AuditKind.Configuration)
            return;
        Decisions.Add(record.At, $"coordinator {record.Coordinator} (this instance)", AuditWords.LevelOf(record), record.Term, record.Sentence);
        Changed?.Invoke();
    }

    /// <summary>What a person asked for through the page.</summary>
    internal void Note(string level, string text)
    {
        Decisions.Add(_runtime.Time.GetUtcNow(), "this page", level, null, text);
        Changed?.Invoke();
    }

    public void Dispose()
    {
        _runtime.State.Published -= OnPublished;
        _runtime.Audit.Remove(this);
        _timer.Dispose();
    }

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (!TopologyWords.Differs(before, after))
            return;
        WriteGap.Observe(after.WritableNode is not null);
        Tell(before, after);
        Changed?.Invoke();
    }

    private void Tell(ClusterSnapshot before, ClusterSnapshot after)
    {
        foreach (var (level, term, text) in TopologyWords.Between(before, after))
            Decisions.Add(after.TakenAt, "seen by this instance", level, term, text);
    }

    private void AddPoint()
    {
        var (snapshot, reads) = (_runtime.State.Current, Reads);
        var now = _runtime.Time.GetTimestamp();
        var gap = Math.Max(WriteGap.Now.TotalSeconds, WriteGap.LongestEndedSince(Interlocked.Exchange(ref _lastPointAt, now)).TotalSeconds);
        History.Add(new HistoryPoint(_runtime.Time.GetUtcNow(), gap, [.. snapshot.Nodes.Select(n => new HistoryNode(
            n.Name, n.Lag?.Time.TotalMilliseconds, n.Reachability == NodeReachability.Reachable ? n.Latency?.TotalMilliseconds : null, reads?.Of(n.Name)))]));
    }
}
