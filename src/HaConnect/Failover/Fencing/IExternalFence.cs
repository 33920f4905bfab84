namespace HaConnect.Failover.Fencing;

/// <summary>Sees to it, from outside PostgreSQL, that a node takes no more writes.</summary>
internal interface IExternalFence
{
    /// <summary>Never throws but for cancellation.</summary>
    Task<FenceAnswer> FenceAsync(FenceOrder order, CancellationToken cancellationToken);
}
