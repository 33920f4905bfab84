using HaConnect.EntityFrameworkCore.Contexts;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>Commits a transaction of a context, and tells those who have to know: its attempt, and the scope around it.</summary>
/// <param name="state">Of the context.</param>
/// <param name="guarantee">What is done where its outcome is lost.</param>
internal readonly struct Commit(ContextState state, CommitGuarantee guarantee)
{
    internal async Task RunAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var (attempt, session) = (state.Attempt, state.Session);
        attempt.Committing();
        try
        {
            await state.Runtime.Commits.CommitAsync(transaction, guarantee, attempt.CallerOf(cancellationToken)).ConfigureAwait(false);
            state.HasApplied();
        }
        catch (CommitOutcomeUnknownException)
        {
            state.HasApplied(); // or may have: no repeat
            state.TransactionEnded();
            session?.MayHaveWritten();
            throw;
        }
        finally
        {
            attempt.HasCommitted();
        }

        if (session is not null)
            await session.HasWrittenAsync().ConfigureAwait(false);
    }
}
