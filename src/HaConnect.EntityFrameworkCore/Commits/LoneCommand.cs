using HaConnect.Commits;
using HaConnect.EntityFrameworkCore.Contexts;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Commits;

/// <summary>
/// A command without rows that runs outside of a transaction. ExecuteUpdate and ExecuteDelete get one of their own, whose COMMIT can be found out about. Other SQL may be what no transaction takes (VACUUM), and
/// is run as it is: nothing repeats it, and where its connection is lost nothing tells what became of it.
/// </summary>
internal readonly struct LoneCommand(ContextState state, NpgsqlCommand command)
{
    internal Task<int> RunAsync(CommandSource source, bool isAsync, CancellationToken cancellationToken) =>
        source is CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete ? RunInTransactionAsync(isAsync, cancellationToken) : RunAsIsAsync(isAsync, cancellationToken);

    private async Task<int> RunInTransactionAsync(bool isAsync, CancellationToken cancellationToken)
    {
        var connection = command.Connection!;
        await state.Runtime.Commits.PrepareAsync(connection, state.Guarantee, cancellationToken).ConfigureAwait(false);
        NpgsqlTransaction transaction;
        try
        {
            transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException) when (state.IsOpen)
        {
            return await RunAsIsAsync(isAsync, cancellationToken).ConfigureAwait(false); // the application has begun one past Entity Framework Core: it is part of that
        }

        await using (transaction.ConfigureAwait(false))
        {
            command.Transaction = transaction;
            var rows = isAsync ? await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) : command.ExecuteNonQuery();
            await new Commit(state, state.Guarantee).RunAsync(transaction, cancellationToken).ConfigureAwait(false);
            return rows;
        }
    }

    private async Task<int> RunAsIsAsync(bool isAsync, CancellationToken cancellationToken)
    {
        var watch = new CommitWatch(command.Connection!);
        int rows;
        try
        {
            rows = isAsync ? await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) : command.ExecuteNonQuery();
        }
        catch (Exception e)
        {
            state.HasApplied(); // or may have, even where the server answers with an error: a procedure can commit
            state.Session?.MayHaveWritten();
            state.Lost(e);
            if (state.IsOpen || e is PostgresException { InvariantSeverity: "ERROR" })
                throw;
            throw Unknown("the connection was lost while it ran", e);
        }
        finally
        {
            watch.Stop();
        }

        state.HasApplied();
        if (watch.NotConfirmed)
        {
            state.Session?.MayHaveWritten();
            throw Unknown("the wait for a synchronous standby was cancelled, so that its commit is not confirmed", null);
        }

        if (state.Session is { } session)
            await session.HasWrittenAsync().ConfigureAwait(false);
        return rows;
    }

    private CommitOutcomeUnknownException Unknown(string why, Exception? inner) => Unknowns.Of(state, why, inner);
}
