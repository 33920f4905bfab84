namespace HaConnect.Operations.Subscribers;

/// <summary>A column as one side has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as format_type writes it.</param>
/// <param name="IsRequired">NOT NULL without a default: a row that does not have it cannot be written.</param>
/// <param name="IsGenerated">Computed from others: it takes no value.</param>
internal sealed record ColumnSide(string Name, string Type, bool IsRequired = false, bool IsGenerated = false);
