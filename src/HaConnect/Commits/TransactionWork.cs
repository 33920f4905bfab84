using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>A piece of work that is one transaction and nothing else: each attempt at it is one of its own, with a token of its own.</summary>
internal sealed class TransactionWork<T>(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task<T>> work, TransactionPolicy policy, CommitTokens tokens, TimeProvider time)
{
    /// <summary>The last attempt; null where none has begun. Earlier ones may still run, without any use of this.</summary>
    internal TransactionAttempt<T>? Current { get; private set; }

    internal Task<T> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        Current = new TransactionAttempt<T>(work, policy, policy.Guarantee == CommitGuarantee.Resolved ? tokens : null, time);
        return Current.RunAsync(connection, cancellationToken);
    }

    /// <summary>What became of an attempt.</summary>
    internal async Task<WorkEnd> AskAsync(TransactionAttempt<T> attempt, CancellationToken cancellationToken)
    {
        var isCommitted = await tokens.AskAsync(attempt.Token!.Value, cancellationToken).ConfigureAwait(false);
        return CommitTokens.Judge(isCommitted, time.GetElapsedTime(attempt.CommitBegunAt));
    }
}
