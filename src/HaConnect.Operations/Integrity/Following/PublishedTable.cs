namespace HaConnect.Operations.Integrity;

/// <summary>What a publication says of a table.</summary>
/// <param name="Columns">Its columns; null for all.</param>
/// <param name="Filter">Which rows; null for all.</param>
internal sealed record PublishedTable(IReadOnlyCollection<string>? Columns, string? Filter);
