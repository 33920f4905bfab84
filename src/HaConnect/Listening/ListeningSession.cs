using System.Data;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Listening;

/// <summary>
/// A session that listens at one node. It is read only while somebody waits: what is not taken waits at the server. Not of a pool: with its connection its session ends.
/// </summary>
internal sealed class ListeningSession : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly TimeProvider _time;
    private readonly Queue<HaNotification> _received = new();
    private DateTimeOffset? _startedAt;

    private ListeningSession(Node node, NpgsqlDataSource source, TimeProvider time)
    {
        Node = node;
        _source = source;
        _connection = source.CreateConnection();
        _time = time;
        _connection.Notification += OnNotification;
    }

    internal Node Node { get; }

    /// <summary>The last moment at which it was known to work.</summary>
    internal DateTimeOffset HeardAt { get; private set; }

    /// <exception cref="NpgsqlException">It could not be opened.</exception>
    /// <exception cref="TimeoutException">Not in time.</exception>
    internal static async Task<ListeningSession> OpenAsync(Node node, NpgsqlDataSource source, string listen, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = new ListeningSession(node, source, time);
        var opening = session.ListenAsync(listen);
        try
        {
            await opening.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            session.DisposeAfter(opening);
            throw;
        }
    }

    internal bool TryTake(out HaNotification? notification) => _received.TryDequeue(out notification);

    /// <summary>Null once something was received, or where it was stopped; else why the session is lost, and then it is disposed.</summary>
    internal async Task<string?> WaitAsync(ClusterState state, CancellationToken stop)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var waiting = _connection.WaitAsync(cancel.Token);
        while (!waiting.IsCompleted)
        {
            var change = state.NextChange; // taken before the snapshot is looked at
            var now = state.Current;
            _startedAt ??= now.Of(Node)?.StartedAt;
            if (LostBecause(now, Node, _startedAt) is { } why)
            {
                await cancel.CancelAsync().ConfigureAwait(false);
                DisposeAfter(waiting);
                return why;
            }

            await Task.WhenAny(waiting, change).ConfigureAwait(false);
        }

        try
        {
            await waiting.ConfigureAwait(false);
            HeardAt = _time.GetUtcNow();
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            await DisposeAsync().ConfigureAwait(false);
            return $"the connection to {Node.Name} was lost ({e.Message})";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ListenAsync(string listen)
    {
        await _connection.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        var command = new NpgsqlCommand(listen, _connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        HeardAt = _time.GetUtcNow();
    }

    /// <summary>A frozen server, or one behind a dead network, ends no connection: the probes tell.</summary>
    /// <param name="now">The cluster.</param>
    /// <param name="node">Where it listens.</param>
    /// <param name="startedAt">When that server process was started.</param>
    internal static string? LostBecause(ClusterSnapshot now, Node node, DateTimeOffset? startedAt)
    {
        if (now.PrimaryNode is { } primary && !ReferenceEquals(primary, node))
            return $"{primary.Name} is the primary now, and no longer {node.Name}";
        return now.Of(node) switch
        {
            null => $"{node.Name} was removed",
            { Reachability: NodeReachability.Unreachable } => $"{node.Name} does not answer any more",
            { StartedAt: var started } when started != startedAt => $"{node.Name} was restarted",
            _ => null,
        };
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs e) =>
        _received.Enqueue(new HaNotification { Channel = e.Channel, Payload = e.Payload, ProcessId = e.PID });

    private void DisposeAfter(Task task) =>
        _ = task.ContinueWith(
            static (ended, session) =>
            {
                _ = ended.Exception; // observed: the caller has been told already
                return ((ListeningSession)session!).DisposeAsync().AsTask();
            },
            this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
}
