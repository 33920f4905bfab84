using System.Data;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>The application's connections to one node: a plain <see cref="NpgsqlDataSource"/> and its in-use counter.</summary>
internal sealed class NodePool : IAsyncDisposable
{
    // One delegate per node and kind, so that counting allocates nothing: the first handler of an event is stored as it is.
    private readonly StateChangeEventHandler _onReadChange;
    private readonly StateChangeEventHandler _onWriteChange;
    private volatile bool _isClosed;

    internal NodePool(Node node, NpgsqlDataSource source)
    {
        Node = node;
        Source = source;
        _onReadChange = (_, change) => Count(change, isWrite: false);
        _onWriteChange = (_, change) => Count(change, isWrite: true);
    }

    /// <summary>Of a node that was removed.</summary>
    internal static NodePool Closed(Node node, NpgsqlDataSource closedSource) => new(node, closedSource) { _isClosed = true };

    internal Node Node { get; }

    internal NpgsqlDataSource Source { get; }

    /// <summary>A connection from the pool, not counted yet.</summary>
    internal Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = Source.CreateConnection();
        return AwaitAsync(connection, connection.OpenAsync(cancellationToken));
    }

    /// <summary>The connection once it is open; disposed where that fails.</summary>
    internal async Task<NpgsqlConnection> AwaitAsync(NpgsqlConnection connection, Task opening)
    {
        try
        {
            await opening.ConfigureAwait(false);
            return connection;
        }
        catch (ObjectDisposedException) when (_isClosed)
        {
            throw new ServerRestartedException(Node.Name, "was removed");
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Nobody waits for it any more; what it throws has been seen then.</summary>
    internal static void DisposeWhenOpened(Task<NpgsqlConnection?> opening) =>
        _ = opening.ContinueWith(static late => late.IsCompletedSuccessfully && late.Result is { } connection ? connection.DisposeAsync().AsTask() : Task.FromResult(late.Exception),
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Counts an open connection until it is closed.</summary>
    internal NpgsqlConnection HandOut(NpgsqlConnection connection, bool isWrite)
    {
        Node.Load.Increment(isWrite);
        connection.StateChange += isWrite ? _onWriteChange : _onReadChange;
        return connection;
    }

    /// <summary>Its node was removed. Idle connections are closed at once, those in use when they are returned.</summary>
    internal ValueTask CloseAsync()
    {
        _isClosed = true;
        return Source.DisposeAsync();
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private void Count(StateChangeEventArgs change, bool isWrite)
    {
        if (change.CurrentState == ConnectionState.Open)
            Node.Load.Increment(isWrite);
        else if (change.OriginalState == ConnectionState.Open)
            Node.Load.Decrement(isWrite);
    }
}
