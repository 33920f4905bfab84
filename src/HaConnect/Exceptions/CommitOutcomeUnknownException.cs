namespace HaConnect;

/// <summary>
/// What was written may have been applied or not, and it may be there for other sessions and vanish with the next failover: the
/// connection was lost, or its node declared lost, or the wait of its commit for a synchronous standby was cancelled or given up. Not
/// transient, since repeating it could apply it twice, unless it was declared idempotent (<see cref="WorkKind.IdempotentWrite"/>) and
/// only time was lacking. Declare the work idempotent, or look at the data.
/// </summary>
public sealed class CommitOutcomeUnknownException : HaConnectException
{
    private CommitOutcomeUnknownException(string message, ClusterSnapshot? snapshot, bool isTransient, Exception? innerException)
        : base(message, snapshot, isTransient, innerException)
    {
    }

    /// <param name="what">What is not known, and why.</param>
    /// <param name="consequence">What follows; empty for nothing.</param>
    /// <param name="snapshot">The cluster as it is seen; null where it plays no part.</param>
    /// <param name="isTransient">Whether it may be tried again.</param>
    /// <param name="innerException">What was thrown; null where it came back as a success or not at all.</param>
    internal static CommitOutcomeUnknownException Of(string what, string consequence, ClusterSnapshot? snapshot, bool isTransient, Exception? innerException) =>
        new($"{what} {consequence}".TrimEnd(), snapshot, isTransient, innerException);
}
