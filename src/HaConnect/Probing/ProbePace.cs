using HaConnect.Topology;

namespace HaConnect.Probing;

/// <summary>How long after a probe of a node the next one comes, where nothing asks for it before: at the interval in peace, often while anything is suspect.</summary>
internal sealed class ProbePace(Node node, HaDatabaseOptions options, TimeProvider time)
{
    private static readonly TimeSpan ToldInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SuccessorInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestHurry = TimeSpan.FromSeconds(2);
    private long? _hurriedSince;
    private bool _wasHeld;

    /// <summary>When peace ends the loops are still asleep for a whole interval; and that writes are held a coordinator is waiting to be told.</summary>
    internal static bool WakesAll(ClusterSnapshot before, ClusterSnapshot after) => (after.IsUneasy && !before.IsUneasy) || (after.HoldsWrites && !before.HoldsWrites);

    /// <summary>A standby is probed right after the primary (which wakes it): its own interval is only for when there is none.</summary>
    internal TimeSpan After(ClusterSnapshot snapshot)
    {
        var isPrimary = ReferenceEquals(snapshot.PrimaryNode, node);
        var interval = options.Probing.EffectiveInterval(options.Routing.MaxReplicaLag) * (isPrimary ? 1 : 1.5);
        if (snapshot.IsUneasy)
            interval = options.Probing.SuspectInterval;
        return IsHurried(snapshot) ? Min(interval, isPrimary ? Told(snapshot, interval) : Successor(snapshot, interval)) : interval;
    }

    /// <summary>The pause of writes begins when the coordinator was told that all are held, and until then every instance is asked again and again.</summary>
    private TimeSpan Told(ClusterSnapshot snapshot, TimeSpan interval) => snapshot.HoldsWrites && node.Load.Writes == 0 ? interval : ToldInterval;

    /// <summary>It ends when the successor is seen.</summary>
    private static TimeSpan Successor(ClusterSnapshot snapshot, TimeSpan interval) => snapshot.HoldsWrites ? SuccessorInterval : interval;

    /// <summary>A switchover that has to wait longer, for transactions, is not hurried by probes; the count begins anew when writes are held.</summary>
    private bool IsHurried(ClusterSnapshot snapshot)
    {
        if (!snapshot.IsSwitchingOver)
            _hurriedSince = null;
        else if (_hurriedSince is null || snapshot.HoldsWrites != _wasHeld)
            _hurriedSince = time.GetTimestamp();
        _wasHeld = snapshot.HoldsWrites;
        return _hurriedSince is { } since && time.GetElapsedTime(since) < LongestHurry;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
