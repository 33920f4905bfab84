namespace HaConnect.Operations.Integrity;

/// <summary>Which tables a subscription has. A publication publishes the partitions of a table, each by itself, unless it has <c>publish_via_partition_root</c>. Pure.</summary>
internal sealed class SubscriptionRules(SubscribedTables subscribed, IReadOnlyList<CatalogTable> left)
{
    private readonly HashSet<string> _byPartitions = left.Where(t => subscribed.Tables.ContainsKey(t.FullName)).SelectMany(t => t.Ancestors).ToHashSet(StringComparer.Ordinal);
    private readonly HashSet<string> _here = left.Select(t => t.FullName).ToHashSet(StringComparer.Ordinal);

    internal SubscribedPart Of(CatalogTable table)
    {
        if (table.Ancestors.Any(subscribed.Tables.ContainsKey))
            return SubscribedPart.OfItsTable;
        if (subscribed.Tables.ContainsKey(table.FullName))
            return SubscribedPart.Itself;
        if (_byPartitions.Contains(table.FullName))
            return SubscribedPart.ByPartitions;
        return table.Ancestors.Any(_here.Contains) && !table.Ancestors.Any(_byPartitions.Contains) ? SubscribedPart.OfNothing : SubscribedPart.Nothing;
    }
}
