namespace HaConnect.AspNetCore;

/// <summary>What a client's later requests see of its earlier ones.</summary>
public enum HaConsistencyGuarantee
{
    /// <summary>
    /// What they wrote and what they read: it never sees less than before. A request that reads by a connection costs one more round trip, to the primary.
    /// </summary>
    MonotonicReads = 0,

    /// <summary>What they wrote. A request that only reads costs nothing more.</summary>
    ReadYourWrites = 1,
}
