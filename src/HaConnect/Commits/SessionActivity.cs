namespace HaConnect.Commits;

/// <summary>What a server says of one of its sessions when its statement is to be cancelled; the values are those of <see cref="StatementCanceller"/>'s SQL.</summary>
internal enum SessionActivity
{
    /// <summary>The server did not answer in time, or does not know the session, or may not tell.</summary>
    Unknown = 0,

    /// <summary>It runs nothing.</summary>
    Idle = 1,

    /// <summary>It ran a statement, which was cancelled.</summary>
    Cancelled = 2,

    /// <summary>Its commit waits for a synchronous standby, and was left alone: cancelled, it would stand though no standby has it.</summary>
    WaitsForStandby = 3,
}
