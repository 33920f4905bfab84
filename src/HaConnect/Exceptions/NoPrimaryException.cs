namespace HaConnect;

/// <summary>
/// No primary could be used before the deadline (<see cref="ConnectionsOptions.WaitTimeout"/>): there is none, or too few voters are in sight
/// of this instance (<see cref="FailoverOptions.WithoutMajority"/>). The message lists each node with its reason. Transient, unless every node failed by configuration (authentication, certificate, unknown host, another cluster).
/// </summary>
public sealed class NoPrimaryException : HaConnectException
{
    internal NoPrimaryException(string message, ClusterSnapshot snapshot, bool isTransient, Exception? innerException)
        : base(message, snapshot, isTransient, innerException)
    {
    }
}
