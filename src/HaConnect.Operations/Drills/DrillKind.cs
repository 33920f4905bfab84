namespace HaConnect.Operations;

/// <summary>What a drill proves.</summary>
public enum DrillKind
{
    /// <summary>The primary is lost, and a standby takes over.</summary>
    Failover = 0,

    /// <summary>Another node becomes the primary in good order.</summary>
    Switchover = 1,

    /// <summary>A backup is restored to a point in time.</summary>
    Restore = 2,

    /// <summary>A whole site is lost at once.</summary>
    Disaster = 3,

    /// <summary>Replication keeps up with a peak of writes.</summary>
    Load = 4,
}
