namespace HaConnect;

/// <summary>
/// The connection was lost, or its node declared lost, while work that is not declared idempotent was under way: what it wrote may
/// have been applied or not. Not transient: repeating it could apply it twice. Declare the work idempotent
/// (<see cref="WorkKind.IdempotentWrite"/>), or look at the data.
/// </summary>
public sealed class CommitOutcomeUnknownException : HaConnectException
{
    internal CommitOutcomeUnknownException(string message, ClusterSnapshot snapshot, Exception? innerException)
        : base(message, snapshot, isTransient: false, innerException)
    {
    }
}
