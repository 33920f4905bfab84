using System.Data;

namespace HaConnect;

/// <summary>How <see cref="HaDataSource.ExecuteInTransactionAsync{T}"/> runs a transaction.</summary>
public sealed record TransactionPolicy
{
    /// <summary>What is known of it in the end. Default <see cref="CommitGuarantee.Confirmed"/>.</summary>
    public CommitGuarantee Guarantee { get; init; }

    /// <summary>
    /// Whether it may be run again. Default <see cref="WorkKind.Write"/>: where it is certain that it was not applied, which is so of all that fails before COMMIT.
    /// </summary>
    public WorkKind Kind { get; init; }

    /// <summary>Its isolation level. Default: the server's, <c>default_transaction_isolation</c> as a rule read committed.</summary>
    public IsolationLevel IsolationLevel { get; init; } = IsolationLevel.Unspecified;

    /// <exception cref="ArgumentOutOfRangeException">A member is not defined.</exception>
    internal static void Check(TransactionPolicy policy)
    {
        if (!Enum.IsDefined(policy.Guarantee))
            throw new ArgumentOutOfRangeException(nameof(policy), policy.Guarantee, "TransactionPolicy.Guarantee must be Confirmed or Resolved.");
        if (!Enum.IsDefined(policy.Kind))
            throw new ArgumentOutOfRangeException(nameof(policy), policy.Kind, "TransactionPolicy.Kind must be Write, IdempotentWrite or Never.");
    }
}
