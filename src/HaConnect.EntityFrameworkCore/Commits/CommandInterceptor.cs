using System.Data.Common;
using System.Transactions;
using HaConnect.EntityFrameworkCore.Contexts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>
/// What each command has to know: where its connection is, which was found only after Entity Framework Core had made some commands; whether it writes outside of a transaction; what a scope has seen.
/// What has no rows and runs outside of a transaction is run here.
/// </summary>
internal sealed class CommandInterceptor(ContextState state) : DbCommandInterceptor, IHaInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Prepare(command, eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Prepare(command, eventData);
        return new(result);
    }

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        state.Session?.HasRead();
        return result;
    }

    public override ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuted(command, eventData, result));

    /// <summary>Only behind the last row it is known that what it may have written is committed. Where rows are buffered, the strategy knows it before.</summary>
    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        if (state.Attempt.IsWriting && state.IsOpen)
            state.Attempt.HasWritten(); // no server is asked: this blocks, whoever disposes it
        return result;
    }

    public override InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Prepare(command, eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Prepare(command, eventData);
        return new(result);
    }

    public override object? ScalarExecuted(DbCommand command, CommandExecutedEventData eventData, object? result)
    {
        state.Session?.HasRead();
        state.Attempt.HasWrittenAsync().GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<object?> ScalarExecutedAsync(DbCommand command, CommandExecutedEventData eventData, object? result, CancellationToken cancellationToken = default)
    {
        state.Session?.HasRead();
        await state.Attempt.HasWrittenAsync().ConfigureAwait(false);
        return result;
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Prepare(command, eventData);
        return result.HasResult || !RunsAlone(command, eventData)
            ? result
            : InterceptionResult<int>.SuppressWithResult(new LoneCommand(state, (NpgsqlCommand)command).RunAsync(eventData.CommandSource, isAsync: false, CancellationToken.None).GetAwaiter().GetResult());
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Prepare(command, eventData);
        return result.HasResult || !RunsAlone(command, eventData)
            ? result
            : InterceptionResult<int>.SuppressWithResult(await new LoneCommand(state, (NpgsqlCommand)command).RunAsync(eventData.CommandSource, isAsync: true, cancellationToken).ConfigureAwait(false));
    }

    private void Prepare(DbCommand command, CommandEventData eventData)
    {
        if (state.IsReading && CommandKinds.Writes(eventData.CommandSource))
            throw ReadErrors.Write(eventData.CommandSource.ToString(), null);
        state.Adopt();
        if (state.Connection is not { } connection)
            return;
        if (!ReferenceEquals(command.Connection, connection) && command.Connection?.State != System.Data.ConnectionState.Open)
            command.Connection = connection; // it was made before the connection was opened
        if (!state.IsReading && eventData.ExecuteMethod != DbCommandMethod.ExecuteNonQuery && CommandKinds.MayWriteAlone(eventData.CommandSource, command.CommandText) && IsAlone(eventData))
            state.Attempt.Writing(connection, state.Session);
    }

    private bool RunsAlone(DbCommand command, CommandEventData eventData) =>
        !state.IsReading && command is NpgsqlCommand && ReferenceEquals(command.Connection, state.Connection) && IsAlone(eventData);

    private bool IsAlone(CommandEventData eventData) =>
        eventData.Context is { } context && context.Database.CurrentTransaction is null && context.Database.GetEnlistedTransaction() is null && state.Runtime.Opener.Transaction is null;
}
