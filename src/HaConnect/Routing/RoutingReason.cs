namespace HaConnect.Routing;

/// <summary>Why a read went where it went.</summary>
internal enum RoutingReason
{
    /// <summary>A standby proven fresh enough.</summary>
    FreshReplica = 0,

    /// <summary>No replica was fresh enough; the policy allows the primary.</summary>
    FallbackToPrimary = 1,

    /// <summary>No replica was fresh enough; the policy takes the freshest.</summary>
    FallbackToFreshest = 2,

    /// <summary>Nothing qualifies now.</summary>
    None = 3,

    /// <summary>No replica was fresh enough, and of those reads as many go to the primary as may.</summary>
    SpillLimit = 4,
}
