namespace HaConnect.Failover;

/// <summary>
/// Safety rules of the machine, each to be broken on purpose by a test that shows that the simulation would find it. Nothing outside the
/// tests sets any of them.
/// </summary>
[Flags]
internal enum BrokenRules
{
    None = 0,

    /// <summary>The standbys that must be cut off are counted over those in reach, not over those configured.</summary>
    QuorumOverTheReachable = 1,

    /// <summary>n − k instead of n − k + 1 standbys are cut off.</summary>
    QuorumOneTooSmall = 2,

    /// <summary>Positions are compared without the term they belong to.</summary>
    PositionWithoutTerm = 4,

    /// <summary>The promise of a later term overwrites the decision of an earlier one.</summary>
    DecisionForgotten = 8,

    /// <summary>The old primary is confirmed, or pointed back to, although another node may have been promoted.</summary>
    ContenderIgnored = 16,

    /// <summary>Followers are pointed to the new primary before the row of its term is there.</summary>
    FollowersBeforeRow = 32,

    /// <summary>Whoever is out of recovery and not the established primary is fenced, whatever it has promised or holds.</summary>
    FenceRegardless = 64,

    /// <summary>A primary that takes writes alone is failed over from as with asynchronous replication.</summary>
    DegradedLikeAsynchronous = 128,

    /// <summary>That somebody was accepted in a term whose row nobody shows is ignored.</summary>
    AcceptanceIgnored = 256,

    /// <summary>A standby is promoted although the lost primary could not be fenced from outside.</summary>
    FencingIgnored = 512,
}
