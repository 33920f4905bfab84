namespace HaConnect;

/// <summary>
/// Which replicas a read may be made at. Who is synchronous is seen at the primary by members of <c>pg_read_all_stats</c> (part of <c>pg_monitor</c>) only: where
/// the probing user is none, no replica counts as either.
/// </summary>
public enum ReplicaKind
{
    /// <summary>Any.</summary>
    Any = 0,

    /// <summary>Those that the primary lists as synchronous (<c>sync</c> or <c>quorum</c>).</summary>
    Synchronous = 1,

    /// <summary>The others: so that reads take no time from those whose flush commits wait for.</summary>
    Asynchronous = 2,
}
