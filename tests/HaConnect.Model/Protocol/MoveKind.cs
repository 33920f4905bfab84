namespace HaConnect.Model;

/// <summary>What can happen.</summary>
internal enum MoveKind
{
    Write,
    Receive,
    ReceiverStops,
    /// <summary>A promotion that was asked for is over.</summary>
    LeaveRecovery,
    Crash,
    Start,
    Break,
    Rebuild,

    /// <summary>Its verdict, which may be wrong, is that the primary is lost: it takes what locks it can, reads the records and goes on.</summary>
    FailOver,

    /// <summary>A survey in peace.</summary>
    Peace,

    /// <summary>The primary is well, but a voter was left behind by a coordinator before.</summary>
    Survey,

    /// <summary>Reads the records for a term that confirms the primary.</summary>
    Read,
    CarryOut,
    LoseSession,
    Grace,
    Time,
    Release,
    Die,
    EmptyNames,
    Cancel,
}
