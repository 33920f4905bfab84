namespace HaConnect.Simulation.Faults;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A server is killed, and started again when the fault ends.</summary>
    KillServer,

    /// <summary>All processes of a server stop, and go on when the fault ends.</summary>
    FreezeServer,

    /// <summary>A server is cut off from everything.</summary>
    IsolateServer,

    /// <summary>The hosts fall into two parts that do not hear each other.</summary>
    Partition,

    /// <summary>A server does not hear another, while the other hears it.</summary>
    OneWayCut,

    /// <summary>A server is cut off from one other.</summary>
    CutServers,

    /// <summary>An instance is cut off from one server.</summary>
    CutInstance,

    /// <summary>All instances lose a server that the other servers still see.</summary>
    CutObservers,

    /// <summary>An instance is cut off from everything.</summary>
    IsolateInstance,

    FreezeInstance,

    /// <summary>An instance is killed; a new one starts when the fault ends.</summary>
    KillInstance,

    /// <summary>All links of a server are sixty times as slow.</summary>
    SlowServer,

    /// <summary>The server ends the session that holds its lock.</summary>
    EndLockSession,

    /// <summary>Replay stands still.</summary>
    StickReplay,

    /// <summary><c>pg_wal_replay_pause()</c> by somebody.</summary>
    PauseReplay,

    /// <summary>ALTER SYSTEM fails.</summary>
    FillDisk,

    /// <summary>Nobody new gets in.</summary>
    ExhaustConnections,

    /// <summary>An operator rebuilds a node from the established primary.</summary>
    Rejoin,

    /// <summary>Somebody asks the primary for a switchover.</summary>
    Switchover,

    /// <summary>When a coordinator's statement of a kind arrives, something happens to the coordinator, its session or the server.</summary>
    AtStatement,
}
