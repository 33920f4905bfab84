namespace HaConnect.Operations.Integrity;

/// <summary>How the rows of a table are divided and paired.</summary>
internal enum TableMethod
{
    /// <summary>Ranges of its file, which is the same on both sides, byte by byte; rows are paired by their place in it.</summary>
    Blocks,

    /// <summary>Ranges of a key that both sides sort alike; rows are paired by it.</summary>
    KeyRanges,

    /// <summary>The whole table, read in parts, by buckets of the key's hash; rows are paired by the key.</summary>
    KeyBuckets,

    /// <summary>The whole table, read in parts, by buckets of the row's hash: as a set in which a row can be more than once.</summary>
    RowBuckets,
}
