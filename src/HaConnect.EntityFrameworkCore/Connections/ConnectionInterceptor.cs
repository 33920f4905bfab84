using System.Data.Common;
using HaConnect.EntityFrameworkCore.Contexts;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace HaConnect.EntityFrameworkCore.Connections;

/// <summary>
/// A context keeps one connection object for its life, which leads to one node. So at each open it is given another one, opened where it has to lead now, and loses it at each close.
/// </summary>
internal sealed class ConnectionInterceptor(ContextState state) : DbConnectionInterceptor, IHaInterceptor
{
    public override InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        result.HasResult ? result : InterceptionResult<DbConnection>.SuppressWithResult(state.CreateUnopened());

    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        if (result.IsSuppressed || !state.IsOurs(connection))
            return result;
        state.OpenAsync(CancellationToken.None).GetAwaiter().GetResult();
        return InterceptionResult.Suppress();
    }

    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (result.IsSuppressed || !state.IsOurs(connection))
            return result;
        await state.OpenAsync(cancellationToken).ConfigureAwait(false);
        return InterceptionResult.Suppress();
    }

    public override void ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (ReferenceEquals(connection, state.Connection))
            state.Closed();
    }

    public override Task ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        ConnectionClosed(connection, eventData);
        return Task.CompletedTask;
    }
}
