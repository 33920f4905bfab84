namespace HaConnect.Topology;

/// <summary>All that a snapshot is made from.</summary>
internal sealed record SnapshotInput
{
    internal required long Version { get; init; }
    internal required IReadOnlyList<NodeFacts> Facts { get; init; }

    /// <summary>See <see cref="ClusterSnapshot.Forks"/>.</summary>
    internal IReadOnlyList<TimelineFork> Forks { get; init; } = [];

    internal required StalenessLedger Ledger { get; init; }
    internal required PrimarySelection Selection { get; init; }
    internal NodeFacts? Primary => field ??= Selection.Epoch is { } epoch ? Facts.First(f => ReferenceEquals(f.Node, epoch.Primary)) : null;
    internal required ulong? SystemIdentifier { get; init; }
    internal required bool RequireNoLaterPromise { get; init; }

    /// <summary>Of the snapshot before: see <see cref="ClusterSnapshot.HadPrimaryUntil"/>.</summary>
    internal long? HadPrimaryUntil { get; init; }

    internal bool IsGivenUp { get; init; }
    internal IReadOnlyList<VoterSight> Witnesses { get; init; } = [];
    internal MajorityDecision Majority { get; init; }
    internal required RoutingOptions Routing { get; init; }
    internal required int TimeoutsUntilUnreachable { get; init; }
    internal required TimeProvider Time { get; init; }
    internal required long Now { get; init; }
    internal long? CoarseNow { get; init; }
}
