using HaConnect.Routing;
using HaConnect.Topology;

namespace HaConnect.Connections;

/// <summary>What an open that has to wait asks for: a read, or where that is null the primary.</summary>
internal sealed record OpenRequest(ConnectionOpener Opener, ReadDemand? Read)
{
    internal ClusterSnapshot Snapshot => Opener.Current;

    /// <summary>It has counted as one of those that may go to the primary for want of a replica: once, however often it is tried.</summary>
    internal bool MaySpill { get; set; }

    internal RoutingDecision Decide() => Read is { } read
        ? DecideRead(read)
        : new RoutingDecision(Snapshot.WritableNode, RoutingReason.None, StalenessLedger.None, default);

    /// <summary>The reason for which the node qualifies now; null where it no longer does.</summary>
    internal RoutingReason? StillHolds(Node node)
    {
        var snapshot = Snapshot;
        if (Read is not { } read)
            return ReferenceEquals(snapshot.WritableNode, node) ? RoutingReason.None : null;
        return ReadRouter.Holds(snapshot, node, Opener.OldestAllowed(read.Bound), read);
    }

    private RoutingDecision DecideRead(in ReadDemand read)
    {
        if (MaySpill)
            return Opener.Decide(read);
        var decision = Opener.DecideToOpen(read);
        MaySpill = decision.Reason == RoutingReason.FallbackToPrimary;
        return decision;
    }
}
