namespace HaConnect.Discovery;

/// <summary>When a discovery is asked again. Pure.</summary>
internal static class DiscoveryPace
{
    /// <summary>Between two turns at least, whatever happens.</summary>
    internal static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan InTrouble = TimeSpan.FromSeconds(2);

    internal static TimeSpan After(ClusterSnapshot snapshot, TimeSpan interval) => IsTroubled(snapshot) && InTrouble < interval ? InTrouble : interval;

    /// <summary>What does not wait for the next turn: the primary is lost, or other standbys receive from it.</summary>
    internal static bool Hurries(ClusterSnapshot before, ClusterSnapshot after) => (IsTroubled(after) && !IsTroubled(before)) || HasOtherStandbys(before, after);

    private static bool IsTroubled(ClusterSnapshot snapshot) => snapshot.Primary is not { Reachability: NodeReachability.Reachable };

    private static bool HasOtherStandbys(ClusterSnapshot before, ClusterSnapshot after) =>
        after.Primary is { } primary && !ReferenceEquals(primary.Senders, before.Primary?.Senders)
        && !primary.Senders.Where(s => s.IsStreaming).Select(s => s.ApplicationName).SequenceEqual((before.Primary?.Senders ?? []).Where(s => s.IsStreaming).Select(s => s.ApplicationName), StringComparer.Ordinal);
}
