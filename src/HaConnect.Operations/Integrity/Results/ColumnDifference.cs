namespace HaConnect.Operations;

/// <summary>A column of a row that differs, as text.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Left">What the left side has; null for NULL, where that side lacks the row, and where values are not shown.</param>
/// <param name="Right">The same of the right side.</param>
public sealed record ColumnDifference(string Column, string? Left, string? Right);
