namespace HaConnect.Probing;

/// <summary>What a failed probe proves.</summary>
internal enum ProbeFailureKind
{
    /// <summary>Refused, reset or closed: no server is there to answer.</summary>
    Refused,

    /// <summary>No answer in time: proves nothing once, counts when repeated.</summary>
    TimedOut,

    /// <summary>57P03: a server is there, starting up or shutting down. 57P02: a process of it crashed, upon which it starts up again.</summary>
    NotReady,

    /// <summary>53300, 57014 and the like: a server is there and busy.</summary>
    Overloaded,

    /// <summary>Authentication, certificate, unknown host or database, missing privilege: waiting does not mend it.</summary>
    Misconfigured,

    /// <summary>Anything else: as a time-out it proves nothing once, and counts when repeated.</summary>
    Unclear,
}
