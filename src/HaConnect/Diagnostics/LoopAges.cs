using HaConnect.Topology;

namespace HaConnect.Diagnostics;

/// <summary>
/// How long the loops of an instance have gone without a turn: now, and at worst within the last half minute. What is over when it is asked about (the process stood still, and goes on) is told
/// to whoever asks every 30 s or oftener.
/// </summary>
internal sealed class LoopAges(TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private long _since = time.GetTimestamp();
    private TimeSpan _longest;
    private TimeSpan _longestBefore; // in the half minute before that one

    /// <summary>Sees a probe's end as the difference of two snapshots.</summary>
    internal void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        var longest = TimeSpan.Zero;
        foreach (var node in after.Nodes)
        {
            if (node.ProbedAt is { } at && before.Of(node.Node) is { ProbedAt: { } last } old && at > last)
                longest = Max(longest, time.GetElapsedTime(last, at) - old.NextProbeWithin);
        }

        if (longest <= TimeSpan.Zero)
            return;
        lock (_lock)
        {
            Shift_NeedsLock();
            _longest = Max(_longest, longest);
        }
    }

    /// <param name="current">The snapshot now: a loop that stands still makes no new one.</param>
    /// <param name="step">How long the failover loop has been at one step.</param>
    internal TimeSpan Longest(ClusterSnapshot current, TimeSpan step)
    {
        var now = time.GetTimestamp();
        var longest = step;
        foreach (var node in current.Nodes)
        {
            if (node.ProbedAt is { } at)
                longest = Max(longest, time.GetElapsedTime(at, now) - node.NextProbeWithin);
        }

        lock (_lock)
        {
            Shift_NeedsLock();
            return Max(longest, Max(_longest, _longestBefore));
        }
    }

    private void Shift_NeedsLock()
    {
        var now = time.GetTimestamp();
        var elapsed = time.GetElapsedTime(_since, now);
        if (elapsed < Remembered)
            return;
        _longestBefore = elapsed < Remembered * 2 ? _longest : TimeSpan.Zero;
        _longest = TimeSpan.Zero;
        _since = now;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
