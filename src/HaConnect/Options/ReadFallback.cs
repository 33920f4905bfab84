namespace HaConnect;

/// <summary>What a read does when no replica is proven fresh enough for its staleness bound.</summary>
public enum ReadFallback
{
    /// <summary>Use the primary; wait for one where there is none.</summary>
    Primary = 0,

    /// <summary>Wait for a replica that is fresh enough, until <see cref="ConnectionsOptions.WaitTimeout"/>.</summary>
    Wait = 1,

    /// <summary>Fail at once with <see cref="NoReplicaException"/>, which lists each node with its reason.</summary>
    Fail = 2,

    /// <summary>
    /// Use the reachable replica with the newest proven state, however old; where nothing is proven of any, one that is reachable. The
    /// bound is then not kept. Works while there is no primary too.
    /// </summary>
    Freshest = 3,
}
