namespace HaConnect.Simulation.Faults;

/// <summary>The statements of a coordinator at which a fault can strike: the steps of the protocol, as the servers see them.</summary>
internal enum StatementKind
{
    Promise,
    Decide,
    MarkRegister,
    CutOff,
    ReadPosition,
    SetNames,
    Verify,
    Promote,
    Repoint,
    InsertTerm,
    AwaitFlush,
    MarkEstablished,
    TakeLock,
    Announce,
    Drain,
    Seal,
    CatchUp,
    AllowWrites,
}
