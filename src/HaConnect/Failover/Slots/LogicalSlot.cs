namespace HaConnect.Failover.Slots;

/// <param name="Name">Its name.</param>
/// <param name="IsFailover">Whether standbys are to keep it, too (PostgreSQL 17 and later).</param>
/// <param name="IsValid">Whether a subscriber could go on from it.</param>
internal sealed record LogicalSlot(string Name, bool IsFailover, bool IsValid);
