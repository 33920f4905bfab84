namespace HaConnect;

/// <summary>
/// What this instance does while more than half of the voters (configured data nodes and witnesses) are out of its sight, so that they could
/// have elected another primary: it may be cut off together with an old one, which acks what will be lost where replication is asynchronous.
/// It matters only in a managed cluster, where a term is in force, but with either <see cref="FailoverOptions.Mode"/>:
/// docs/concepts/majority.md.
/// </summary>
public sealed class WithoutMajorityOptions
{
    /// <summary>
    /// For how long too few voters must be in sight, from the first probe that failed. An instance that has not seen enough of them since
    /// its start waits for none. 1 s to 10 minutes. Default 10 s.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether new writes go to the primary all the same. Refused ones wait for enough voters, and then fail with
    /// <see cref="NoPrimaryException"/>. Connections that are in hands stay until they are returned. Default
    /// <see cref="WithoutMajorityAccess.Refuse"/>.
    /// </summary>
    public WithoutMajorityAccess Writes { get; set; } = WithoutMajorityAccess.Refuse;

    /// <summary>
    /// Whether reads go on where their staleness bound is kept, as far as this instance sees. Where refused, nothing is proven of any node:
    /// they wait, unless their fallback is <see cref="ReadFallback.Freshest"/>. Default <see cref="WithoutMajorityAccess.Allow"/>.
    /// </summary>
    public WithoutMajorityAccess Reads { get; set; } = WithoutMajorityAccess.Allow;
}
