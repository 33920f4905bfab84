namespace HaConnect.Operations;

/// <summary>How a node was brought back behind the primary.</summary>
public enum RejoinMethod
{
    /// <summary>It was pointed to the primary and started: it had nothing that the primary has not.</summary>
    Start,

    /// <summary><c>pg_rewind</c> took back what the node had and the primary has not.</summary>
    Rewind,

    /// <summary>A new <c>pg_basebackup</c> replaced the node's data folder.</summary>
    BaseBackup,
}
