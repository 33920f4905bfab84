namespace HaConnect.Connections;

/// <summary>How one attempt at an operation ended.</summary>
internal enum AttemptOutcome
{
    Succeeded,

    /// <summary>It threw, on a connection that is still good.</summary>
    Failed,

    /// <summary>It threw because its connection was lost: what it wrote may have been applied.</summary>
    ConnectionLost,

    /// <summary>Another node is primary by now and it has not ended: it may be waiting for a frozen server.</summary>
    Abandoned,

    /// <summary>It came back as a success although the server gave up waiting for a synchronous standby.</summary>
    NotConfirmed,
}
