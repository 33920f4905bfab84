namespace HaConnect.Model;

/// <summary>What a coordinator has sent to a voter; it is carried out in the lock session, or never.</summary>
internal enum Order
{
    None,
    Promise,
    CutOff,

    /// <summary>Told to stop receiving; polls until the receiver is gone.</summary>
    AwaitCutOff,
    ReadPosition,
    Decide,
    SetNames,
    Verify,
    Promote,
    Accept,
    Open,
    CommitTerm,
    Repoint,
    AwaitFlush,
    MarkEstablished,

    /// <summary>A repoint to the primary of the established term.</summary>
    PointBack,
}
