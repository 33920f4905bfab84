namespace HaConnect.Operations.Auditing;

/// <summary>What a line says of the chain itself.</summary>
internal enum UpkeepKind
{
    /// <summary>The last line of its segment.</summary>
    Sealed,

    /// <summary>What was found when the chain was opened, and did not end as it should have.</summary>
    Recovered,

    /// <summary>The next to be removed is this segment, the oldest.</summary>
    Removed,

    /// <summary>Records that could not be written.</summary>
    Missed,
}
