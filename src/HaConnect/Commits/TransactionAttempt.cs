using System.Data;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// One attempt at a transaction. Its COMMIT begins only while it has not been given up, and once it has been given up it never begins: so one that was
/// abandoned before is certain not to be applied, though its work may still run.
/// </summary>
/// <param name="work">The work in it.</param>
/// <param name="policy">How it is run.</param>
/// <param name="tokens">Where its token is written; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class TransactionAttempt<T>(Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task<T>> work, TransactionPolicy policy, CommitTokens? tokens, TimeProvider time)
{
    private const int Open = 0;
    private const int Committing = 1;
    private const int GivenUp = 2;

    private int _state;
    private volatile bool _workHasBegun;
    private volatile bool _endedByWork;

    /// <summary>Ordered by time, so that rows come and go at one end of the index each.</summary>
    internal Guid? Token { get; } = tokens is null ? null : Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>What the work returned, once COMMIT has begun.</summary>
    internal T Result { get; private set; } = default!;

    internal long CommitBegunAt { get; private set; }

    /// <summary>Whether anything of it may have been committed, or may yet be.</summary>
    internal bool MayBeApplied => _endedByWork || Volatile.Read(ref _state) == Committing;

    /// <summary>Whether its token tells what became of it: it says nothing of what the work may have committed by itself.</summary>
    internal bool MayBeAsked => Volatile.Read(ref _state) == Committing && !_endedByWork;

    internal async Task<T> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (tokens is not null)
            await tokens.EnsureTableAsync(connection, cancellationToken).ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(policy.IsolationLevel, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            try
            {
                _workHasBegun = true;
                Result = await work(connection, transaction, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _endedByWork = connection.FullState.HasFlag(ConnectionState.Open) && HasEnded(transaction);
            }

            if (_endedByWork)
                throw new InvalidOperationException("The work given to ExecuteInTransactionAsync has ended its transaction: leave COMMIT and ROLLBACK out of it; an exception rolls it back.");
            CommitBegunAt = time.GetTimestamp();
            if (Interlocked.CompareExchange(ref _state, Committing, Open) != Open)
                throw new OperationCanceledException("The transaction was given up before its COMMIT.");
            await CommitAsync(connection).ConfigureAwait(false);
            return Result;
        }
    }

    /// <summary>What is known of it, for an end that was no success. From now on it begins no COMMIT.</summary>
    internal WorkEnd EndOf(AttemptOutcome outcome, Exception? error)
    {
        var hasBegun = Interlocked.CompareExchange(ref _state, GivenUp, Open) == Committing;
        if (!_workHasBegun)
            return WorkEnd.NotApplied; // whatever was waited for: the table may be made in vain
        return End(outcome, hasBegun, _endedByWork, error?.GetBaseException() is PostgresException);
    }

    /// <param name="outcome">How it ended.</param>
    /// <param name="commitHasBegun">Whether a COMMIT was, or may have been, sent.</param>
    /// <param name="endedByWork">Whether the work has ended the transaction.</param>
    /// <param name="serverAnswered">Whether it ended by an error that the server answered.</param>
    internal static WorkEnd End(AttemptOutcome outcome, bool commitHasBegun, bool endedByWork, bool serverAnswered) => outcome switch
    {
        _ when endedByWork => WorkEnd.Unknown,
        AttemptOutcome.NotConfirmed => WorkEnd.Unknown,
        _ when !commitHasBegun => WorkEnd.NotApplied, // a server ends what lost its client by a rollback
        AttemptOutcome.Failed or AttemptOutcome.Cancelled when serverAnswered => WorkEnd.NotApplied,
        _ => WorkEnd.Unknown,
    };

    private async Task CommitAsync(NpgsqlConnection connection)
    {
        var batch = ConfirmedCommit.CreateBatch(connection, tokens is null ? ConfirmedCommit.Nothing : CommitTokens.Write(Token!.Value));
        await using (batch.ConfigureAwait(false))
        {
            try
            {
                await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (PostgresException e) when (tokens is not null && CommitTokens.IsOfTable(e))
            {
                throw tokens.TableFailed(e);
            }
        }
    }

    private static bool HasEnded(NpgsqlTransaction transaction)
    {
        try
        {
            _ = transaction.IsolationLevel;
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
