namespace HaConnect.Failover.Detection;

/// <summary>What many observations say of the primary together.</summary>
internal enum VerdictKind
{
    /// <summary>Nothing can be said: too little is seen from here.</summary>
    Unknown,

    Healthy,

    /// <summary>It did not answer, but that proves nothing yet.</summary>
    Suspect,

    /// <summary>It does not answer this instance, but a standby still hears it.</summary>
    UnreachableFromHere,

    /// <summary>It does not answer, and no reachable standby hears it.</summary>
    Lost,
}
