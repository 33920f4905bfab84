using HaConnect.EntityFrameworkCore.Contexts;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>Commits a transaction of a context, and tells those who have to know: its attempt, and the scope around it.</summary>
internal readonly struct Commit(ContextState state)
{
    internal async Task RunAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var (attempt, session) = (state.Attempt, state.Session);
        attempt.Committing();
        try
        {
            await state.Runtime.Commits.CommitAsync(transaction, state.Guarantee, attempt.CallerOf(cancellationToken)).ConfigureAwait(false);
        }
        catch (CommitOutcomeUnknownException)
        {
            session?.MayHaveWritten();
            throw;
        }

        attempt.HasApplied();
        if (session is not null)
            await session.HasWrittenAsync().ConfigureAwait(false);
    }
}
