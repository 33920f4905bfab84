namespace HaConnect.Consistency;

/// <summary>What a read under a token needs.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Replayed">With <see cref="TokenDemandKind.Replayed"/>: what a standby must have replayed in the present term and timeline.</param>
/// <param name="Why">With <see cref="TokenDemandKind.Refused"/>: the reason, for people.</param>
internal readonly record struct TokenDemand(TokenDemandKind Kind, ulong Replayed = 0, string? Why = null);
