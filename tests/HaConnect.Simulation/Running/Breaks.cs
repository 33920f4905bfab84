namespace HaConnect.Simulation.Running;

/// <summary>
/// Safety rules that live in statements, sessions and people rather than in the machine. They are broken where the code meets the servers:
/// not to look at something is the same as always to be told that it is well.
/// </summary>
[Flags]
internal enum Breaks
{
    None = 0,

    /// <summary>A standby counts as cut off although its WAL receiver may still receive and report.</summary>
    NoWaitForReceiver = 1,

    /// <summary>Positions are those from when the term was promised, before the cut-off.</summary>
    PositionBeforeCutOff = 2,

    /// <summary>A promise binds nobody: each session knows only what it wrote itself.</summary>
    NoPromise = 4,

    /// <summary>The candidate gets its synchronous standby names only after it was promoted.</summary>
    NoPreset = 8,

    /// <summary>A lost lock session is replaced by a new one that does not hold the lock.</summary>
    OutsideLockSession = 16,

    /// <summary>Clients take a row that they can see for an established term.</summary>
    ServeBeforeEstablished = 32,

    /// <summary>The operator rebuilds a node from whatever is out of recovery.</summary>
    RejoinBeforeEstablished = 64,

    /// <summary>Once there is a new primary, the synchronous standby names of the old one are emptied.</summary>
    NamesClearedOnOldPrimary = 128,

    /// <summary>Once there is a new primary, the waiting commits of the old one are cancelled instead of terminated.</summary>
    CancelOnOldPrimary = 256,

    /// <summary>Names that a session shows count as names in force.</summary>
    NamesShownForInForce = 512,
}
