namespace HaConnect;

/// <summary>How long opens and operations wait through a failover.</summary>
public sealed class ConnectionsOptions
{
    /// <summary>
    /// The one deadline of an open or an operation: how long it waits for a primary (or a fresh replica), connecting and
    /// retries included, before it fails with <see cref="NoPrimaryException"/>. 0 to 1 hour. Default 30 s.
    /// </summary>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
