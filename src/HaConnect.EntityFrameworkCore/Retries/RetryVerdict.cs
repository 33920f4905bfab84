namespace HaConnect.EntityFrameworkCore.Retries;

/// <summary>What is to be done about an attempt that has failed.</summary>
internal enum RetryVerdict
{
    /// <summary>Its error reaches the caller.</summary>
    Throw,

    /// <summary>Nothing of it was applied: it is tried again.</summary>
    Repeat,

    /// <summary>Nobody can tell whether it was applied.</summary>
    Unknown,

    /// <summary>Its node was lost, and it must not be repeated.</summary>
    LostInPart,

    /// <summary>It wrote at a replica, where the context was to read.</summary>
    WroteWhileReading,
}
