using System.Data;
using HaConnect;
using HaConnect.EntityFrameworkCore.Contexts;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Microsoft.EntityFrameworkCore;

/// <summary>What HaConnect adds to <see cref="DbContext.Database"/> of a context with <c>UseHaDatabase</c>.</summary>
public static class HaDatabaseFacadeExtensions
{
    /// <summary>
    /// Has the context read at replicas until the scope is disposed: its connections are opened as by <see cref="HaDataSource.OpenReadConnectionAsync(ReadPolicy, CancellationToken)"/>.
    /// SaveChanges, ExecuteUpdate, ExecuteDelete, ExecuteSql and migrations are refused with an <see cref="InvalidOperationException"/> before anything is sent. A query by FromSql or SqlQuery that writes is
    /// refused by the server, and told likewise: at a replica always; at the primary, to which a read may fall back, unless the connection string says <c>No Reset On Close</c> (then it is carried out, and may be repeated).
    /// Scopes can be nested; the inner one's policy holds.
    /// </summary>
    /// <param name="database">Of the context.</param>
    /// <param name="policy">What its reads ask for; null for what the <see cref="CausalScope"/> around it, or the options, say.</param>
    /// <exception cref="InvalidOperationException">The context has a connection open, or was not configured by <c>UseHaDatabase</c>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A member of the policy is out of its bounds.</exception>
    public static IDisposable BeginReadScope(this DatabaseFacade database, ReadPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        return StateOf(database).BeginReads(policy ?? new ReadPolicy());
    }

    /// <summary>
    /// Runs work in a transaction, and all of it again where it is certainly not applied and that is worth it: a lost connection or node, a serialization failure, a deadlock. The outcome of a lost
    /// COMMIT is found out, see <see cref="CommitGuarantee.Resolved"/>.
    /// </summary>
    /// <param name="database">Of the context.</param>
    /// <param name="work">
    /// The work: it loads, changes and saves all by itself, and does nothing else that must not be done twice. Before each repeat the change tracker is cleared. It is given the token to pass on, which is
    /// cancelled also when its node is lost.
    /// </param>
    /// <param name="isolationLevel">The isolation level; default: the server's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">The context tracks changes that are not saved, which a repeat would lose; or a transaction is under way.</exception>
    /// <exception cref="CommitOutcomeUnknownException">The outcome of COMMIT was lost, or given up by the caller, and could not be asked for.</exception>
    /// <exception cref="HaConnectException">It was not applied, and there was no time left to repeat it (<see cref="ConnectionsOptions.WaitTimeout"/>).</exception>
    /// <exception cref="NoPrimaryException">No primary could be used in time.</exception>
    public static Task<T> ExecuteInTransactionAsync<T>(
        this DatabaseFacade database, Func<CancellationToken, Task<T>> work, IsolationLevel isolationLevel = IsolationLevel.Unspecified, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(work);
        var context = ((IDatabaseFacadeDependenciesAccessor)database).Context;
        _ = StateOf(database);
        if (context.ChangeTracker.HasChanges())
            throw new InvalidOperationException("The context tracks changes that are not saved, which would be lost where the work has to be repeated. Save them before, or make them in the work.");
        var isRepeat = false;
        return database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                if (isRepeat)
                    context.ChangeTracker.Clear();
                isRepeat = true;
                var transaction = await database.BeginTransactionAsync(isolationLevel, token).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    var result = await work(token).ConfigureAwait(false);
                    await transaction.CommitAsync(token).ConfigureAwait(false);
                    return result;
                }
            },
            cancellationToken);
    }

    /// <inheritdoc cref="ExecuteInTransactionAsync{T}(DatabaseFacade, Func{CancellationToken, Task{T}}, IsolationLevel, CancellationToken)"/>
    public static Task ExecuteInTransactionAsync(
        this DatabaseFacade database, Func<CancellationToken, Task> work, IsolationLevel isolationLevel = IsolationLevel.Unspecified, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return database.ExecuteInTransactionAsync(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return true;
            },
            isolationLevel, cancellationToken);
    }

    private static ContextState StateOf(DatabaseFacade database) =>
        ((IInfrastructure<IServiceProvider>)database).Instance.GetService(typeof(ContextState)) as ContextState
        ?? throw new InvalidOperationException("The context was not configured by UseHaDatabase.");
}
