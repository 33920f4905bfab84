using HaConnect.Commits;
using Npgsql;

namespace HaConnect;

/// <summary>Commits that are never reported as a success without being one.</summary>
public static class NpgsqlTransactionExtensions
{
    /// <summary>
    /// Commits and returns only where the commit was confirmed as <c>synchronous_commit</c> demands, which
    /// <see cref="NpgsqlTransaction.CommitAsync"/> does not: a time-out, a token or a cancel by somebody else in the wait for a synchronous
    /// standby makes that return a success, and a transaction in which a statement failed too. The token, and the connection's
    /// <c>Command Timeout</c>, act from outside. What is given up leaves a closed connection: its session is ended at the server, since a
    /// pooled connection cannot be closed while its commit waits, and what it wrote can become visible there, to be lost in a failover.
    /// </summary>
    /// <param name="transaction">The transaction, of any connection of Npgsql's.</param>
    /// <param name="cancellationToken">Gives the wait up; before the COMMIT is sent it commits nothing.</param>
    /// <exception cref="CommitOutcomeUnknownException">Whether it was committed is not known: it was given up, its connection was lost, or somebody cancelled the wait.</exception>
    /// <exception cref="PostgresException">It was not committed; where a statement in it had failed, SQLSTATE 25P02.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the COMMIT was sent.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public static Task CommitConfirmedAsync(this NpgsqlTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return ConfirmedCommit.RunAsync(transaction, ConfirmedCommit.Nothing, lost: null, TimeProvider.System, cancellationToken);
    }
}
