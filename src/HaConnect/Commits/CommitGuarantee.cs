namespace HaConnect;

/// <summary>What is known of a transaction once <see cref="HaDataSource.ExecuteInTransactionAsync{T}"/> has ended.</summary>
public enum CommitGuarantee
{
    /// <summary>
    /// A success was confirmed by a synchronous standby, where the primary demands one. Where the outcome of COMMIT was lost, <see cref="CommitOutcomeUnknownException"/> is thrown.
    /// </summary>
    Confirmed = 0,

    /// <summary>
    /// Besides, the transaction writes a row of its own to <c>haconnect.commit_token</c>, so that the primary can be asked what became of it where the outcome of COMMIT was lost: it
    /// is then a success, or run again. Only where no primary can be asked within <see cref="ConnectionsOptions.WaitTimeout"/>, or the caller gives up,
    /// <see cref="CommitOutcomeUnknownException"/> is thrown.
    /// </summary>
    Resolved = 1,
}
