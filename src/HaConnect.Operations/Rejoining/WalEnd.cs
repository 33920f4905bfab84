namespace HaConnect.Operations.Rejoining;

/// <summary>Where reading came to an end.</summary>
/// <param name="Position">Behind the last record.</param>
/// <param name="Doubt">Why this may not be all that was written, as a part of a sentence; null where it is.</param>
internal readonly record struct WalEnd(ulong Position, string? Doubt);
