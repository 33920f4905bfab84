namespace HaConnect;

/// <summary>
/// What was written may have been applied or not, and it may be there for other sessions and vanish with the next failover: the
/// connection was lost, or its node declared lost, or the wait of its commit for a synchronous standby was cancelled or given up. Not
/// transient, since repeating it could apply it twice, unless it was declared idempotent (<see cref="WorkKind.IdempotentWrite"/>) and
/// only time was lacking. Declare the work idempotent, or look at the data.
/// </summary>
public sealed class CommitOutcomeUnknownException : HaConnectException
{
    private CommitOutcomeUnknownException(string message, ClusterSnapshot? snapshot, bool isTransient, Exception? innerException, Guid? token)
        : base(message, snapshot, isTransient, innerException)
    {
        Token = token;
    }

    /// <summary>
    /// Where the transaction has written a token (<see cref="CommitGuarantee.Resolved"/>): that, by which <c>haconnect.commit_token</c> tells for a day after whether it was
    /// committed, once an established primary can be asked; else null.
    /// </summary>
    public Guid? Token { get; }

    /// <param name="what">What is not known, and why.</param>
    /// <param name="consequence">What follows; empty for nothing.</param>
    /// <param name="snapshot">The cluster as it is seen; null where it plays no part.</param>
    /// <param name="isTransient">Whether it may be tried again.</param>
    /// <param name="innerException">What was thrown; null where it came back as a success or not at all.</param>
    /// <param name="token">The transaction's, where it has one.</param>
    internal static CommitOutcomeUnknownException Of(string what, string consequence, ClusterSnapshot? snapshot, bool isTransient, Exception? innerException, Guid? token = null) =>
        new($"{what} {consequence}".TrimEnd(), snapshot, isTransient, innerException, token);
}
