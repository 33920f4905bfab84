namespace HaConnect.Testing;

/// <summary>How a node was brought back behind the primary.</summary>
public enum RejoinMethod
{
    /// <summary><c>pg_rewind</c> took back what the node had and the primary has not, if anything.</summary>
    Rewind,

    /// <summary>A new <c>pg_basebackup</c> replaced the node's data folder.</summary>
    BaseBackup,
}
