namespace HaConnect.Operations.Integrity;

/// <summary>How the two sides belong together.</summary>
internal enum SideRelation
{
    /// <summary>Of one cluster, the same database, and at least one of them replays the WAL of the other or of their primary.</summary>
    Replay,

    /// <summary>The right one subscribes to the left one.</summary>
    Subscription,

    /// <summary>The right one is a physical copy as of an earlier moment.</summary>
    EarlierCopy,

    /// <summary>Nothing that the servers tell.</summary>
    Unknown,
}
