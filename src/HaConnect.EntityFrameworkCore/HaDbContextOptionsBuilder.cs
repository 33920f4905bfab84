using HaConnect.EntityFrameworkCore.Contexts;

namespace HaConnect.EntityFrameworkCore;

/// <summary>How a context uses a HaConnect cluster.</summary>
public sealed class HaDbContextOptionsBuilder
{
    private ReadPolicy? _reads;
    private CommitGuarantee _guarantee = CommitGuarantee.Resolved;

    internal HaDbContextOptionsBuilder()
    {
    }

    /// <summary>
    /// The context only reads: its connections are opened as by <see cref="HaDataSource.OpenReadConnectionAsync(ReadPolicy, CancellationToken)"/>, and what it is asked to write is refused with an
    /// <see cref="InvalidOperationException"/>. Default: it reads and writes, at the primary.
    /// </summary>
    /// <param name="policy">What its reads ask for; null for what the scope, or the options, say.</param>
    public HaDbContextOptionsBuilder ForReads(ReadPolicy? policy = null)
    {
        _reads = policy ?? new ReadPolicy();
        return this;
    }

    /// <summary>
    /// What is done where the outcome of a COMMIT is lost. Default: <see cref="CommitGuarantee.Resolved"/>, for which each transaction writes a row to <c>haconnect.commit_token</c>, together with
    /// its COMMIT. The first one makes the table; a user that may not needs <c>docs/operations/commit-token.sql</c>.
    /// </summary>
    /// <param name="guarantee">With <see cref="CommitGuarantee.Confirmed"/> <see cref="CommitOutcomeUnknownException"/> is thrown.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not defined.</exception>
    public HaDbContextOptionsBuilder WithCommitGuarantee(CommitGuarantee guarantee)
    {
        if (!Enum.IsDefined(guarantee))
            throw new ArgumentOutOfRangeException(nameof(guarantee), guarantee, "The guarantee must be Confirmed or Resolved.");
        _guarantee = guarantee;
        return this;
    }

    internal HaOptionsExtension Build(HaDataSource dataSource) => new(dataSource, _reads, _guarantee);
}
