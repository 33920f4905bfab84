namespace HaConnect.Operations.Integrity;

/// <summary>How a table of the publisher stands to a subscription.</summary>
internal enum SubscribedPart
{
    /// <summary>The subscription has it.</summary>
    Itself,

    /// <summary>The subscription has a partitioned table that it belongs to.</summary>
    OfItsTable,

    /// <summary>The subscription has partitions of it.</summary>
    ByPartitions,

    /// <summary>It is a partition of a table of which the subscription has nothing.</summary>
    OfNothing,

    /// <summary>The subscription has nothing of it.</summary>
    Nothing,
}
