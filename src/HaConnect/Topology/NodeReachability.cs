namespace HaConnect;

/// <summary>Whether a node answers this instance.</summary>
public enum NodeReachability
{
    /// <summary>Not probed yet.</summary>
    Unknown = 0,

    /// <summary>The last probe was answered.</summary>
    Reachable = 1,

    /// <summary>The last probe failed in a way that does not prove the node away: a time-out, overload, a server starting up.</summary>
    Suspect = 2,

    /// <summary>Connections are refused or reset, or several probes in a row were not answered.</summary>
    Unreachable = 3,
}
