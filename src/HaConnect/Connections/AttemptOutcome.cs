namespace HaConnect.Connections;

/// <summary>How one attempt at an operation ended.</summary>
internal enum AttemptOutcome
{
    Succeeded,

    /// <summary>It threw, on a connection that is still good.</summary>
    Failed,

    /// <summary>The caller gave up, and the server cancelled what ran: its connection is still good, so that this is known.</summary>
    Cancelled,

    /// <summary>It threw because its connection was lost: what it wrote may have been applied.</summary>
    ConnectionLost,

    /// <summary>Another node is primary by now and it has not ended: it may be waiting for a frozen server.</summary>
    Abandoned,

    /// <summary>The caller gave up while it waited for a synchronous standby, or while its server told nothing: it was left alone.</summary>
    Left,

    /// <summary>The caller gave up, and it went on regardless of its token.</summary>
    Deaf,

    /// <summary>The server gave up waiting for a synchronous standby; the work itself may have come back as a success.</summary>
    NotConfirmed,
}
