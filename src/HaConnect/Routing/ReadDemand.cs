using System.Runtime.InteropServices;
using HaConnect.Topology;

namespace HaConnect.Routing;

/// <summary>What one read asks for, with everything filled in.</summary>
/// <param name="Bound">How old it may be; <see cref="TimeSpan.MaxValue"/> for any age.</param>
/// <param name="Fallback">What to do where no replica qualifies.</param>
/// <param name="PrimaryOnly">No replica will do.</param>
/// <param name="Replayed">How far a replica must have replayed in the present term and timeline; 0 where that does not matter.</param>
/// <param name="SeenUntil">A replica must hold what was acked before this timestamp, so that no earlier read saw more; 0 where there was none.</param>
/// <param name="Kind">Which replicas will do.</param>
/// <param name="Only">Only replicas of these names will do; null for all.</param>
/// <param name="Not">This replica will not do; null for none.</param>
/// <param name="SeenAt">The server process that those reads were made at, which will do in any case; null where they were made at several.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReadDemand(
    TimeSpan Bound, ReadFallback Fallback, bool PrimaryOnly = false, ulong Replayed = 0, long SeenUntil = 0, ServerProcess? SeenAt = null, ReplicaKind Kind = ReplicaKind.Any, IReadOnlyList<string>? Only = null,
    Node? Not = null)
{
    /// <summary>Whether it asks for nothing but a bound, as most do.</summary>
    internal bool IsPlain => !PrimaryOnly && !IsCausal && !IsOfAnyAge && Kind == ReplicaKind.Any && Only is null && Not is null;

    /// <summary>Whether it must not see less than what was written or read before.</summary>
    internal bool IsCausal => Replayed > 0 || SeenUntil > 0;

    /// <summary>Whether it may be made at the replica at all, whatever that holds.</summary>
    internal bool Admits(ReadTarget target) => !PrimaryOnly
        && !ReferenceEquals(Not, target.Node)
        && (Kind == ReplicaKind.Any || target.IsSynchronous == (Kind == ReplicaKind.Synchronous))
        && (Only is null || Only.Contains(target.Node.Name, StringComparer.Ordinal));

    /// <summary>Eventual consistency: any replica will do.</summary>
    internal bool IsOfAnyAge => Bound == TimeSpan.MaxValue;

    /// <summary>Whether replicas of which nothing is proven will do, all alike.</summary>
    internal bool TakesUnproven => IsOfAnyAge && !IsCausal;

    /// <summary>The same for replicas of which nothing is proven, not even the beginning of time.</summary>
    internal ReadDemand Unproven => this with { SeenUntil = StalenessLedger.None };

    /// <param name="target">A replica.</param>
    /// <param name="oldest">The moment of the decision less the bound.</param>
    internal bool IsMetBy(ReadTarget target, long oldest) => Admits(target) && target.FreshAsOf >= oldest && target.Replayed >= Replayed
        && (target.FreshAsOf >= SeenUntil || (SeenAt is { } seen && ReferenceEquals(seen.Node, target.Node) && seen.StartTime == target.StartTime));
}
