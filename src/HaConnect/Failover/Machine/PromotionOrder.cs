namespace HaConnect.Failover;

/// <summary>What must still be true when the promoting statement runs; it is checked in that very statement.</summary>
internal sealed record PromotionOrder(long Term, ulong Position, string SynchronousNames);
