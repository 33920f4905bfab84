namespace HaConnect.Discovery;

/// <summary>
/// Says which data nodes there are beside the configured ones. It is asked at start, every <see cref="DiscoveryOptions.Interval"/>, and at
/// once when the primary is lost or its standbys change, but at most once a second and never while its answer is awaited. What it lists is
/// probed, and serves reads once its freshness is proven; what no discovery lists any more is removed.
/// </summary>
/// <remarks>
/// Discovered nodes do not vote and are not promoted by HaConnect: where <see cref="FailoverMode.Coordinate"/> is used, the voters are the configured
/// nodes. Its <see cref="object.ToString"/> names it in logs.
/// </remarks>
public interface INodeDiscovery
{
    /// <summary>
    /// The nodes there are now. An exception, or no answer within <see cref="DiscoveryOptions.Timeout"/>, is logged and leaves the
    /// known nodes as they are; so throw where it is not known, and give an empty list only where there are none.
    /// </summary>
    /// <param name="snapshot">The cluster as it is known.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the answer any more.</param>
    Task<IReadOnlyList<DiscoveredNode>> DiscoverAsync(ClusterSnapshot snapshot, CancellationToken cancellationToken);
}
