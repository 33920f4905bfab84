namespace HaConnect;

/// <summary>What a read must see.</summary>
public enum ReadConsistency
{
    /// <summary>
    /// Everything acked more than <see cref="RoutingOptions.MaxReplicaLag"/> before the call; in a <see cref="CausalScope"/>, or under
    /// <see cref="ReadPolicy.After"/>, also what that asks for: one's own writes, and never less than was read before.
    /// </summary>
    Bounded = 0,

    /// <summary>Something that was once committed: any replica that answers, the proven ones first, else the primary. Scopes are not heeded.</summary>
    Eventual = 1,

    /// <summary>
    /// Everything acked before the call: the primary. While a failover is under way elsewhere that this instance has not seen yet, a primary that
    /// is none any more can still answer, at most <see cref="RoutingOptions.MaxReplicaLag"/> old where staleness is proven against it.
    /// </summary>
    Strong = 2,
}
