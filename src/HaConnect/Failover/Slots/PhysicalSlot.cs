namespace HaConnect.Failover.Slots;

/// <param name="Name">Its name.</param>
/// <param name="IsActive">Whether somebody streams from it, who moves it himself.</param>
/// <param name="KeptFrom">The first position that it keeps; null where it keeps nothing: nobody has used it yet, or it is lost.</param>
internal sealed record PhysicalSlot(string Name, bool IsActive, ulong? KeptFrom)
{
    /// <summary>It kept too much, or was idle for too long, and keeps nothing any more.</summary>
    internal bool IsLost { get; init; }

    /// <summary>Whoever streamed by it has left the rows behind that it wanted kept (<c>hot_standby_feedback</c>): vacuum removes none that are newer.</summary>
    internal bool HoldsBackVacuum { get; init; }
}
