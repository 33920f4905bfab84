namespace HaConnect.Connections;

/// <summary>What is known of what an attempt at some work has written, once it has ended.</summary>
internal enum WorkEnd
{
    /// <summary>Nothing of it was applied, nor ever will be.</summary>
    NotApplied,

    /// <summary>Some of it, or all, may have been applied.</summary>
    Unknown,

    /// <summary>All of it was applied.</summary>
    Applied,
}
