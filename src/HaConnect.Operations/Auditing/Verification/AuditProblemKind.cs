namespace HaConnect.Operations;

/// <summary>What was done to an audit trail.</summary>
public enum AuditProblemKind
{
    /// <summary>A record does not have its hash, or does not chain on the one before: one of the two was written anew.</summary>
    Edited = 0,

    /// <summary>Records are missing before this one, and no removal by retention says so.</summary>
    Removed = 1,

    /// <summary>A record is not where its number says.</summary>
    Reordered = 2,

    /// <summary>Records are missing at the end.</summary>
    Truncated = 3,

    /// <summary>A record was put in: its number is taken, or it is there twice.</summary>
    Inserted = 4,

    /// <summary>A record of another chain.</summary>
    Foreign = 5,

    /// <summary>It is no record.</summary>
    Unreadable = 6,
}
