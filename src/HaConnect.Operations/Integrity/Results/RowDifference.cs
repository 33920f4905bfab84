namespace HaConnect.Operations;

/// <summary>A row that differs.</summary>
/// <param name="Kind">How.</param>
/// <param name="Key">Its key, as <c>column=value, …</c>; of a table without a key the place in the table's file (<c>ctid</c>), or empty. Where a key that is to be unique is there several times, so it says behind it.</param>
/// <param name="Columns">The columns that differ; of a row that one side lacks all that the other has.</param>
public sealed record RowDifference(RowDifferenceKind Kind, string Key, IReadOnlyList<ColumnDifference> Columns);
