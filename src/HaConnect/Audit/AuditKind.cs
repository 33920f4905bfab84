namespace HaConnect;

/// <summary>What sort of thing an <see cref="AuditRecord"/> tells of.</summary>
public enum AuditKind
{
    /// <summary>A coordinator decided to do something, or that there is no need to.</summary>
    Decision = 0,

    /// <summary>Something was done on a server.</summary>
    Act = 1,

    /// <summary>Something was not done, or could not be, and why.</summary>
    Refusal = 2,

    /// <summary>An instance became the coordinator, or is it no more.</summary>
    Election = 3,

    /// <summary>Somebody asked for something through <see cref="HaCluster"/>, or got the answer.</summary>
    Command = 4,

    /// <summary>An instance was started with these options, or has seen a setting of the cluster change, whoever changed it.</summary>
    Configuration = 5,

    /// <summary>A drill, a verification or a check of backups was run, and what it came to.</summary>
    Drill = 6,
}
