namespace HaConnect;

/// <summary>
/// No replica was proven fresh enough for a read, and <see cref="ReadFallback.Fail"/> or <see cref="ReadFallback.Wait"/> forbids the
/// primary, or <see cref="RoutingOptions.MaxPrimaryReadShare"/> of the reads go there already. The message lists each node with its reason. Transient.
/// </summary>
public sealed class NoReplicaException : HaConnectException
{
    internal NoReplicaException(string message, ClusterSnapshot snapshot, Exception? innerException)
        : base(message, snapshot, isTransient: true, innerException)
    {
    }
}
