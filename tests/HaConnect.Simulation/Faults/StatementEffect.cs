namespace HaConnect.Simulation.Faults;

/// <summary>What strikes when a statement arrives at its server: before the statement runs there.</summary>
internal enum StatementEffect
{
    FreezeInstance,
    KillInstance,
    IsolateInstance,
    KillServer,
    FreezeServer,
    EndSession,
    KillPrimary,
    CutInstanceFromServer,

    /// <summary>The statement is carried out, and within half a second its server is cut off from everything.</summary>
    IsolateServerSoon,
}
