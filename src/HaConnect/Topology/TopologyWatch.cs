using System.Runtime.CompilerServices;

namespace HaConnect.Topology;

/// <summary>The snapshots that differ from the one before in more than positions and times.</summary>
internal static class TopologyWatch
{
    /// <param name="state">The cluster's.</param>
    /// <param name="ended">Ends it quietly.</param>
    /// <param name="cancellationToken">The consumer's.</param>
    internal static async IAsyncEnumerable<ClusterSnapshot> RunAsync(ClusterState state, CancellationToken ended, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = ended.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), end);
        ClusterSnapshot? last = null;
        while (!ended.IsCancellationRequested)
        {
            var change = state.NextChange; // taken before the snapshot is looked at
            var now = state.Current;
            if (last is null || Differs(last, now))
                yield return last = now;
            await Task.WhenAny(change, end.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    internal static bool Differs(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (!ReferenceEquals(before.PrimaryNode, after.PrimaryNode) || before.Term != after.Term || before.Nodes.Count != after.Nodes.Count
            || before.IsReplicationStalled != after.IsReplicationStalled || before.IsWithoutMajority != after.IsWithoutMajority
            || before.HoldsWrites != after.HoldsWrites || before.RefusesWrites != after.RefusesWrites || before.RefusesReads != after.RefusesReads)
            return true;
        for (var i = 0; i < after.Nodes.Count; i++)
        {
            var (b, a) = (before.Nodes[i], after.Nodes[i]);
            if (!ReferenceEquals(b.Node, a.Node) || b.Role != a.Role || b.Reachability != a.Reachability || b.Timeline != a.Timeline || b.IsSynchronous != a.IsSynchronous || b.Upstream != a.Upstream
                || b.StartedAt != a.StartedAt || b.IsQuarantined != a.IsQuarantined || b.IsMisconfigured != a.IsMisconfigured || b.Lag is null != a.Lag is null)
                return true;
        }

        return false;
    }
}
