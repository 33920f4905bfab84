using HaConnect.Topology;

namespace HaConnect.Probing;

/// <summary>How long after a probe of a node the next one comes, where nothing asks for it before: at the interval in peace, often while anything is suspect.</summary>
internal sealed class ProbePace(Node node, HaDatabaseOptions options, TimeProvider time)
{
    private static readonly TimeSpan SwitchoverInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SwitchoverHurry = TimeSpan.FromSeconds(2);
    private long? _switchingOverSince;

    /// <summary>When peace ends the loops are still asleep for a whole interval; and that writes are held a coordinator is waiting to be told.</summary>
    internal static bool WakesAll(ClusterSnapshot before, ClusterSnapshot after) => (after.IsUneasy && !before.IsUneasy) || (after.HoldsWrites && !before.HoldsWrites);

    /// <summary>A standby is probed right after the primary (which wakes it): its own interval is only for when there is none.</summary>
    internal TimeSpan After(ClusterSnapshot snapshot)
    {
        if (IsHurried(snapshot) && options.Probing.SuspectInterval > SwitchoverInterval)
            return SwitchoverInterval;
        if (snapshot.IsUneasy)
            return options.Probing.SuspectInterval;
        var interval = options.Probing.EffectiveInterval(options.Routing.MaxReplicaLag);
        return ReferenceEquals(snapshot.PrimaryNode, node) ? interval : interval * 1.5;
    }

    /// <summary>Writes are held while a switchover waits for what probes tell and are told; one that has to wait longer, for transactions, is not hurried by them.</summary>
    private bool IsHurried(ClusterSnapshot snapshot)
    {
        _switchingOverSince = snapshot.IsSwitchingOver ? _switchingOverSince ?? time.GetTimestamp() : null;
        return _switchingOverSince is { } since && time.GetElapsedTime(since) < SwitchoverHurry;
    }
}
