using System.Data;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>
/// One attempt: runs the work on its connection, and gives up on it once another node has become primary, since a frozen server
/// answers nobody. An abandoned attempt is cancelled elsewhere and disposes its connection when it ends at last.
/// </summary>
internal sealed class OperationAttempt<T>(NpgsqlConnection connection, ClusterSnapshot snapshot, CancellationToken cancellationToken)
{
    private volatile bool _notConfirmed;

    /// <summary>The node it runs on: the snapshot may have moved on since the connection was opened.</summary>
    internal Node Node { get; } = snapshot.Nodes.First(n => n.Host == connection.Host && n.Port == connection.Port).Node;

    internal string NodeName => Node.Name;

    internal CancellationTokenSource Cancellation { get; } = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    internal Task<T> Running { get; private set; } = null!;

    internal async Task<AttemptOutcome> RunAsync(Func<NpgsqlConnection, CancellationToken, Task<T>> work, ClusterState state)
    {
        connection.Notice += OnNotice;
        Running = StartAsync(work);
        while (!Running.IsCompleted)
        {
            var change = state.NextChange;
            if (state.Current.PrimaryNode is { } primary && !ReferenceEquals(primary, Node))
            {
                _ = DisposeWhenDoneAsync();
                return AttemptOutcome.Abandoned;
            }

            await Task.WhenAny(Running, change).ConfigureAwait(false);
        }

        var lost = !connection.FullState.HasFlag(ConnectionState.Open);
        connection.Notice -= OnNotice;
        Cancellation.Dispose();
        await connection.DisposeAsync().ConfigureAwait(false);
        if (Running.IsCompletedSuccessfully)
            return _notConfirmed ? AttemptOutcome.NotConfirmed : AttemptOutcome.Succeeded;
        var error = Running.Exception?.InnerException;
        return error is NpgsqlException && (lost || error is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown })
            ? AttemptOutcome.ConnectionLost
            : AttemptOutcome.Failed;
    }

    private async Task<T> StartAsync(Func<NpgsqlConnection, CancellationToken, Task<T>> work) => await work(connection, Cancellation.Token).ConfigureAwait(false);

    private async Task DisposeWhenDoneAsync()
    {
        await ((Task)Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>01000 from SyncRepWaitForLSN: the commit is local only. Npgsql hands it over as a notice and reports success.</summary>
    private void OnNotice(object sender, NpgsqlNoticeEventArgs e)
    {
        if (e.Notice is { SqlState: "01000", Routine: "SyncRepWaitForLSN" })
            _notConfirmed = true;
    }
}
