namespace HaConnect;

/// <summary>How much a <see cref="ClusterFinding"/> matters.</summary>
public enum FindingSeverity
{
    /// <summary>Failover is possible, but something that it, or what comes after it, relies on is missing.</summary>
    Warning,

    /// <summary>No failover should be made as it is. What preflight sees of these keeps an instance from coordinating, and it says so in its log.</summary>
    Unsafe,
}
