using System.Data;
using Npgsql;

namespace HaConnect.Commits;

/// <summary>
/// A COMMIT to which Npgsql is given neither a token nor a time-out, and whose notices are heeded. It is sent as a command, since
/// CommitAsync always has the connection's time-out; behind a statement that fails where the transaction has failed, since its answer
/// ROLLBACK would be taken for a success.
/// </summary>
internal static class ConfirmedCommit
{
    /// <summary>What goes with a COMMIT that has nothing to write.</summary>
    internal static NpgsqlBatchCommand Nothing => new("SELECT 1");

    /// <param name="transaction">The transaction.</param>
    /// <param name="first">A statement that goes with the COMMIT, and fails where the transaction has failed.</param>
    /// <param name="lost">Ends where its server is lost, whatever that tells; null where nobody knows.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    internal static async Task RunAsync(NpgsqlTransaction transaction, NpgsqlBatchCommand first, Task? lost, TimeProvider time, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection;
        if (connection is null || !connection.FullState.HasFlag(ConnectionState.Open))
            throw new InvalidOperationException("The transaction has ended, or its connection is closed.");
        _ = transaction.IsolationLevel; // throws where the transaction has ended: the COMMIT would not
        cancellationToken.ThrowIfCancellationRequested();
        var timeout = connection.CommandTimeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(connection.CommandTimeout);
        var processId = connection.ProcessID;
        var watch = new CommitWatch(connection);
        var batch = CreateBatch(connection, first);
        await using (batch.ConfigureAwait(false))
        {
            var committing = batch.ExecuteNonQueryAsync(CancellationToken.None);
            try
            {
                var waiting = committing.WaitAsync(timeout, time, cancellationToken);
                await (lost is null ? (Task)waiting : Task.WhenAny(waiting, lost)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!committing.IsCompleted)
                {
                    var (why, error) = waiting.IsCompleted
                        ? (waiting.IsCanceled ? "the caller gave it up" : $"it took longer than {timeout} (Command Timeout)", waiting.Exception?.InnerException ?? new OperationCanceledException(cancellationToken))
                        : ("its node was lost while it ran", null);
                    _ = waiting.ContinueWith(static w => w.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // seen
                    await AbandonedCommit.EndAsync(connection, processId, batch, committing, time).ConfigureAwait(false);
                    throw Unknown(why, error);
                }

                await committing.ConfigureAwait(false); // its own end counts, also where it came in the moment of being given up
            }
            catch (Exception e) when (e is not CommitOutcomeUnknownException && !connection.FullState.HasFlag(ConnectionState.Open))
            {
                throw Unknown("the connection was lost", e);
            }
            finally
            {
                watch.Stop();
            }
        }

        if (watch.NotConfirmed)
            throw Unknown("the wait for a synchronous standby was cancelled, so that it is not confirmed", null);
    }

    /// <param name="connection">Where.</param>
    /// <param name="first">A statement that fails where the transaction has failed.</param>
    internal static NpgsqlBatch CreateBatch(NpgsqlConnection connection, NpgsqlBatchCommand first) =>
        new(connection) { Timeout = 0, BatchCommands = { first, new NpgsqlBatchCommand("COMMIT") } };

    private static CommitOutcomeUnknownException Unknown(string why, Exception? inner) =>
        CommitOutcomeUnknownException.Of($"Whether the transaction was committed is not known: {why}.", "", snapshot: null, isTransient: false, inner);
}
