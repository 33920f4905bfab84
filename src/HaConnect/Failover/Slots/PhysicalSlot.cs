namespace HaConnect.Failover.Slots;

/// <param name="Name">Its name.</param>
/// <param name="IsActive">Whether somebody streams from it, who moves it himself.</param>
/// <param name="KeptFrom">The first position that it keeps; null where it keeps nothing any more, since the bound was exceeded.</param>
internal sealed record PhysicalSlot(string Name, bool IsActive, ulong? KeptFrom);
