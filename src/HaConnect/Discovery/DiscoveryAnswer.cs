namespace HaConnect.Discovery;

/// <summary>What a discovery said last, and, where asking it has failed since, why.</summary>
internal sealed record DiscoveryAnswer(IReadOnlyList<DiscoveredNode> Nodes, string? Failure = null)
{
    internal static readonly DiscoveryAnswer None = new([]);
}
