namespace HaConnect.Operations.Integrity;

/// <summary>A primary key or a unique index without NULL.</summary>
/// <param name="Name">The index.</param>
/// <param name="Columns">Its columns, in order.</param>
internal sealed record CatalogKey(string Name, IReadOnlyList<string> Columns);
