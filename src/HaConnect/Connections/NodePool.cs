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

    internal NodePool(Node node, NpgsqlDataSource source)
    {
        Node = node;
        Source = source;
        _onReadChange = (_, change) => Count(change, isWrite: false);
        _onWriteChange = (_, change) => Count(change, isWrite: true);
    }

    internal Node Node { get; }

    internal NpgsqlDataSource Source { get; }

    /// <summary>A connection from the pool, not counted yet.</summary>
    internal Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = Source.CreateConnection();
        return AwaitAsync(connection, connection.OpenAsync(cancellationToken));
    }

    /// <summary>The connection once it is open; disposed where that fails.</summary>
    internal static async Task<NpgsqlConnection> AwaitAsync(NpgsqlConnection connection, Task opening)
    {
        try
        {
            await opening.ConfigureAwait(false);
            return connection;
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

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private void Count(StateChangeEventArgs change, bool isWrite)
    {
        if (change.CurrentState == ConnectionState.Open)
            Node.Load.Increment(isWrite);
        else if (change.OriginalState == ConnectionState.Open)
            Node.Load.Decrement(isWrite);
    }
}
