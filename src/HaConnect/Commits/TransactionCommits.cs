using HaConnect.Connections;
using HaConnect.Diagnostics;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// Commits transactions that somebody else has begun and worked in, an object-relational mapper say, so that a success is confirmed, and finds out what became of them where the
/// outcome of COMMIT was lost.
/// </summary>
internal sealed class TransactionCommits(CommitTokens tokens, ClusterState state, HaMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>To be called before the transaction begins: the first time, it makes the table of tokens.</summary>
    /// <exception cref="HaConnectException">There is no such table that this user can use, nor can it make one.</exception>
    internal Task PrepareAsync(NpgsqlConnection connection, CommitGuarantee guarantee, CancellationToken cancellationToken) =>
        guarantee == CommitGuarantee.Resolved ? tokens.EnsureTableAsync(connection, cancellationToken) : Task.CompletedTask;

    /// <summary>Returns where it is applied and confirmed.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="guarantee">Whether it writes a token, by which it can be asked for.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="CommitOutcomeUnknownException">Whether it is applied is not known.</exception>
    /// <exception cref="RepeatException">It is not applied, nor ever will be, and may be repeated.</exception>
    /// <exception cref="PostgresException">It is not applied.</exception>
    internal async Task CommitAsync(NpgsqlTransaction transaction, CommitGuarantee guarantee, CancellationToken cancellationToken)
    {
        var token = guarantee == CommitGuarantee.Resolved ? Guid.CreateVersion7(time.GetUtcNow()) : (Guid?)null;
        var node = transaction.Connection is { } connection && connection.FullState.HasFlag(System.Data.ConnectionState.Open) ? state.Current.NodeOf(connection) : null;
        var begunAt = time.GetTimestamp();
        using var ended = new CancellationTokenSource();
        try
        {
            await ConfirmedCommit.RunAsync(
                transaction, token is { } t ? CommitTokens.Write(t) : ConfirmedCommit.Nothing, node is null ? null : PrimaryLoss.WaitAsync(state, node, ended.Token), time, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (token is not null && CommitTokens.IsOfTable(e))
        {
            throw tokens.TableFailed(e);
        }
        catch (PostgresException e) when (token is not null && e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            throw new HaConnectException(
                "The transaction is read-only, so that CommitGuarantee.Resolved cannot write its token: end it by ROLLBACK, which loses nothing, or read in a read scope. It was not committed.", state.Current, isTransient: false, e);
        }
        catch (CommitOutcomeUnknownException e)
        {
            if (node is not null && e.InnerException is NpgsqlException lost and not HaConnectException)
            {
                metrics.ConnectionFailed(node, lost);
                state.ReportTrouble(node);
            }

            if (token is not { } written || cancellationToken.IsCancellationRequested)
                throw CommitOutcomeUnknownException.Of(e.Message, "", state.Current, isTransient: false, e.InnerException ?? e, token);
            await ResolveAsync(node, written, begunAt, e, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }

        if (token is not null)
            tokens.Written();
    }

    private async Task ResolveAsync(Node? node, Guid token, long begunAt, CommitOutcomeUnknownException unknown, CancellationToken cancellationToken)
    {
        Log.OutcomeAsked(logger, node?.Name ?? "?", token);
        WorkEnd end;
        try
        {
            end = CommitTokens.Judge(await tokens.AskAsync(token, cancellationToken).ConfigureAwait(false), time.GetElapsedTime(begunAt));
        }
        catch (Exception e)
        {
            throw CommitOutcomeUnknownException.Of(unknown.Message, $"Its token {token} could not be asked for at an established primary: {e.Message}", state.Current, isTransient: false, unknown, token);
        }

        if (end == WorkEnd.NotApplied)
            throw new RepeatException($"The transaction on node {node?.Name} was not applied: its COMMIT was lost, and its token is not at the primary.", unknown.InnerException ?? unknown);
        if (end == WorkEnd.Unknown)
            throw CommitOutcomeUnknownException.Of(unknown.Message, "Its token is not at the primary, but so long after its COMMIT that says nothing.", state.Current, isTransient: false, unknown, token);
    }
}
