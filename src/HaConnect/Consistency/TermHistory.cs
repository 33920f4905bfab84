namespace HaConnect.Consistency;

/// <summary>What the rows of <c>haconnect.term</c> on the primary say of an earlier term.</summary>
/// <param name="Exists">Whether it is in the primary's history.</param>
/// <param name="MayLackFrom">Behind this, acked writes of that term may be missing; null where none can be.</param>
internal readonly record struct TermHistory(bool Exists, ulong? MayLackFrom);
