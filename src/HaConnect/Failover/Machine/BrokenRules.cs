namespace HaConnect.Failover;

/// <summary>
/// The safety rules of the protocol, each to be broken on purpose by a test that shows that the simulation would find it. Nothing outside
/// the tests sets any of them.
/// </summary>
[Flags]
internal enum BrokenRules
{
    None = 0,

    /// <summary>The standbys that must be cut off are counted over those in reach, not over those configured (R1).</summary>
    QuorumOverTheReachable = 1,

    /// <summary>n − k instead of n − k + 1 standbys are cut off (R2).</summary>
    QuorumOneTooSmall = 1 << 1,

    /// <summary>A standby counts as cut off although its WAL receiver may still receive and report (R3).</summary>
    NoWaitForReceiver = 1 << 2,

    /// <summary>Positions are those from before the cut-off (R3).</summary>
    PositionBeforeCutOff = 1 << 3,

    /// <summary>Positions are compared without the term they belong to (R8).</summary>
    PositionWithoutTerm = 1 << 4,

    /// <summary>Nobody promises anything: what a register says is neither waited for nor looked at (R4, R11).</summary>
    NoPromise = 1 << 5,

    /// <summary>The candidate gets its synchronous standby names only after it was promoted (R6).</summary>
    NoPreset = 1 << 6,

    /// <summary>A standby is repointed whatever its register says (R11).</summary>
    RepointWithoutPromise = 1 << 7,

    /// <summary>A lost lock session is replaced by a new one that does not hold the lock (R5).</summary>
    OutsideLockSession = 1 << 8,
}
