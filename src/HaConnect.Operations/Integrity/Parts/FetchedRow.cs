namespace HaConnect.Operations.Integrity;

/// <summary>A row that is shown.</summary>
/// <param name="Identity">Which.</param>
/// <param name="Key">Its key, as text.</param>
/// <param name="Values">Each column's value as text.</param>
/// <param name="Hashes">Each column's hash: two texts can be the same where the values are not.</param>
internal sealed record FetchedRow(long Identity, IReadOnlyList<string> Key, IReadOnlyList<string?> Values, IReadOnlyList<long> Hashes);
