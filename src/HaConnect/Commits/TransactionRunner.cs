using HaConnect.Connections;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>Runs work that is one transaction.</summary>
internal sealed class TransactionRunner(OperationRunner operations, TimeSpan patience, TimeProvider time, ILogger logger)
{
    private readonly CommitTokens _tokens = new(operations, patience, logger);

    internal async Task<T> RunAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task<T>> work, TransactionPolicy policy, CancellationToken cancellationToken)
    {
        var transaction = new TransactionWork<T>(work, policy, _tokens, time);
        var result = await operations.RunAsync(transaction.RunAsync, OperationRequest.Of(policy.Kind), cancellationToken, transaction).ConfigureAwait(false);
        if (policy.Guarantee == CommitGuarantee.Resolved)
            _tokens.Written();
        return result;
    }
}
