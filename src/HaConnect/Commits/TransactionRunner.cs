using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>Runs work that is one transaction.</summary>
internal sealed class TransactionRunner(OperationRunner operations, CommitTokens tokens, TimeProvider time)
{
    internal async Task<T> RunAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task<T>> work, TransactionPolicy policy, CancellationToken cancellationToken)
    {
        var transaction = new TransactionWork<T>(work, policy, tokens, time);
        var result = await operations.RunAsync(transaction.RunAsync, OperationRequest.Of(policy.Kind), cancellationToken, transaction).ConfigureAwait(false);
        if (policy.Guarantee == CommitGuarantee.Resolved)
            tokens.Written();
        return result;
    }
}
