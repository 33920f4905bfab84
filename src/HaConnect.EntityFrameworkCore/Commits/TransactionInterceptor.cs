using System.Data.Common;
using HaConnect.EntityFrameworkCore.Contexts;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>Commits every transaction on a connection of HaConnect's so that a success is confirmed, and, where Entity Framework Core has begun it, a lost COMMIT found out.</summary>
internal sealed class TransactionInterceptor(ContextState state) : DbTransactionInterceptor, IHaInterceptor
{
    public override InterceptionResult<DbTransaction> TransactionStarting(DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result)
    {
        state.Adopt();
        if (Writes(connection))
            state.Runtime.Commits.PrepareAsync((NpgsqlConnection)connection, state.Guarantee, CancellationToken.None).GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
    {
        state.Adopt();
        if (Writes(connection))
            await state.Runtime.Commits.PrepareAsync((NpgsqlConnection)connection, state.Guarantee, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        if (result.IsSuppressed || !Writes(transaction.Connection))
            return result;
        new Commit(state, Guarantee).RunAsync((NpgsqlTransaction)transaction, CancellationToken.None).GetAwaiter().GetResult();
        return InterceptionResult.Suppress();
    }

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (result.IsSuppressed || !Writes(transaction.Connection))
            return result;
        await new Commit(state, Guarantee).RunAsync((NpgsqlTransaction)transaction, cancellationToken).ConfigureAwait(false);
        return InterceptionResult.Suppress();
    }

    public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        if (ReferenceEquals(connection, state.Connection))
            state.TransactionBegan();
        return result;
    }

    public override ValueTask<DbTransaction> TransactionStartedAsync(DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
        new(TransactionStarted(connection, eventData, result));

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => state.TransactionEnded();

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        state.TransactionEnded();
        return Task.CompletedTask;
    }

    public override void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => state.TransactionEnded();

    public override Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        state.TransactionEnded();
        return Task.CompletedTask;
    }

    /// <summary>Of one that the application has begun itself (Database.UseTransaction) nothing was prepared.</summary>
    private CommitGuarantee Guarantee => state.IsInTransaction ? state.Guarantee : CommitGuarantee.Confirmed;

    /// <summary>What only reads has nothing to confirm; what the application brought along is its own.</summary>
    private bool Writes(DbConnection? connection) => !state.IsReading && connection is not null && ReferenceEquals(connection, state.Connection);
}
