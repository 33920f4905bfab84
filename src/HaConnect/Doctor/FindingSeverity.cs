namespace HaConnect;

/// <summary>How much a <see cref="ClusterFinding"/> matters.</summary>
public enum FindingSeverity
{
    /// <summary>Nothing is known to be wrong: something could not be seen or was not declared, or was chosen and has a price that is good to know.</summary>
    Information,

    /// <summary>Failover is possible, but something that it, or what comes after it, relies on is missing; or the servers are open to whoever should be kept out.</summary>
    Warning,

    /// <summary>No failover should be made as it is. What preflight sees of these keeps an instance from coordinating, and it says so in its log.</summary>
    Unsafe,
}
