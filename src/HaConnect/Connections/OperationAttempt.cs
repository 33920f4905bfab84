using System.Data;
using HaConnect.Commits;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// One attempt: runs the work on its connection, and gives up on it once another node has become primary, since a frozen server
/// answers nobody, or once its caller does not wait any longer. What is given up on disposes its connection when it ends at last.
/// </summary>
/// <param name="connection">Its connection.</param>
/// <param name="isRead">Whether it only reads, at whatever node it is.</param>
/// <param name="snapshot">The cluster as it is seen.</param>
/// <param name="patience">The caller's.</param>
/// <param name="time">The clock.</param>
internal sealed class OperationAttempt<T>(NpgsqlConnection connection, bool isRead, ClusterSnapshot snapshot, CallerPatience patience, TimeProvider time)
{
    /// <summary>For work to end once its statement or its token is cancelled.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly CommitWatch _watch = new(connection);

    /// <summary>The node it runs on: the snapshot may have moved on since the connection was opened.</summary>
    internal Node Node { get; } = snapshot.NodeOf(connection);

    /// <summary>The server's process, kept since a closed connection does not know it.</summary>
    internal int ProcessId { get; } = connection.ProcessID;

    /// <summary>The work's own token. Not linked to the caller's: what is cancelled, and whether, depends on what the server does.</summary>
    internal CancellationTokenSource Cancellation { get; } = new(); // without a timer it needs no disposal

    internal Task<T> Running { get; private set; } = null!;

    /// <summary>The server gave up waiting for a synchronous standby.</summary>
    internal bool IsNotConfirmed => _watch.NotConfirmed;

    /// <summary>What the work threw, once it has ended.</summary>
    internal Exception? Error => Running.IsCanceled ? new TaskCanceledException(Running) : Running.Exception?.InnerException;

    /// <param name="work">The work.</param>
    /// <param name="state">Says when another node is primary.</param>
    /// <param name="canceller">Cancels its statement when the caller gives up.</param>
    /// <param name="handsOver">Whether the connection stays open where the work succeeds, as for a reader.</param>
    internal async Task<AttemptOutcome> RunAsync(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, ClusterState state, StatementCanceller canceller, bool handsOver)
    {
        Running = StartAsync(work);
        while (!Running.IsCompleted)
        {
            var change = state.NextChange;
            if (IsLost(state.Current))
            {
                _ = DisposeWhenDoneAsync();
                return AttemptOutcome.Abandoned;
            }

            if (patience.HasEnded)
                return await GiveUpAsync(canceller, handsOver).ConfigureAwait(false);
            await Task.WhenAny(Running, change, patience.Ended).ConfigureAwait(false);
        }

        return await ConcludeAsync(handsOver).ConfigureAwait(false);
    }

    /// <summary>A write's node, once another one is primary; a read's, once it answers no probe.</summary>
    private bool IsLost(ClusterSnapshot now) => isRead
        ? now.Of(Node) is { Reachability: NodeReachability.Unreachable }
        : PrimaryLoss.IsLost(now, Node);

    private async Task<T> StartAsync(Func<NpgsqlConnection, CancellationToken, Task<T>> work) => await work(connection, Cancellation.Token).ConfigureAwait(false);

    /// <summary>
    /// Cancels by asking the server, again and again until the work has ended. Its token is cancelled only while it runs no statement: it
    /// may have been given to Npgsql, whose cancel request would end a wait for a synchronous standby, and which then closes the
    /// connection before the answer is read, so that nobody knew whether a cancelled statement had been applied.
    /// </summary>
    private async Task<AttemptOutcome> GiveUpAsync(StatementCanceller canceller, bool handsOver)
    {
        var startedAt = time.GetTimestamp();
        while (time.GetElapsedTime(startedAt) < Patience)
        {
            var activity = await canceller.CancelAsync(Node, ProcessId).ConfigureAwait(false);
            if (!Running.IsCompleted && activity is SessionActivity.WaitsForStandby or SessionActivity.Unknown)
            {
                _ = DisposeWhenDoneAsync();
                return AttemptOutcome.Left;
            }

            if (activity == SessionActivity.Idle && !Cancellation.IsCancellationRequested)
                _ = Cancellation.CancelAsync(); // on another thread: a callback of the work's own may block
            await Task.WhenAny(Running, Task.Delay(AskAgainAfter, time)).ConfigureAwait(false);
            if (Running.IsCompleted)
                return await ConcludeAsync(handsOver).ConfigureAwait(false);
        }

        _ = DisposeWhenDoneAsync();
        return AttemptOutcome.Deaf;
    }

    private async Task<AttemptOutcome> ConcludeAsync(bool handsOver)
    {
        var lost = !connection.FullState.HasFlag(ConnectionState.Open);
        var notConfirmed = _watch.NotConfirmed;
        _watch.Stop();
        if (!handsOver || notConfirmed || !Running.IsCompletedSuccessfully)
            await connection.DisposeAsync().ConfigureAwait(false);
        if (notConfirmed)
            return AttemptOutcome.NotConfirmed; // whatever the work made of it
        if (Running.IsCompletedSuccessfully)
            return AttemptOutcome.Succeeded;
        if (OperationErrors.IsLostConnection(Error!, lost))
            return AttemptOutcome.ConnectionLost;
        return patience.HasEnded && OperationErrors.IsCancellation(Error!) ? AttemptOutcome.Cancelled : AttemptOutcome.Failed;
    }

    private async Task DisposeWhenDoneAsync()
    {
        await ((Task)Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watch.Stop();
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
