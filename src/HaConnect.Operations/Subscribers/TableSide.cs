namespace HaConnect.Operations.Subscribers;

/// <summary>A table as one side has it.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns; of a published table those that are published.</param>
internal sealed record TableSide(string Schema, string Name, IReadOnlyList<ColumnSide> Columns)
{
    /// <summary>Of a published table: UPDATE or DELETE is published too, and nothing identifies its rows.</summary>
    internal bool LacksIdentity { get; init; }

    /// <summary>Of a subscriber's: a subscription has it, by its name.</summary>
    internal IReadOnlyList<string> Subscriptions { get; init; } = [];

    internal string Key => $"{Schema}\0{Name}";
}
