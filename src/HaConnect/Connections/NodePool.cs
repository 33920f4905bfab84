using System.Data;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Connections;

/// <summary>The application's connections to one node: a plain <see cref="NpgsqlDataSource"/> and its in-use counter.</summary>
internal sealed class NodePool : IAsyncDisposable
{
    // One delegate per node, so that counting allocates nothing: the first handler of an event is stored as it is.
    private readonly StateChangeEventHandler _onStateChange;

    internal NodePool(Node node, NpgsqlDataSource source)
    {
        Node = node;
        Source = source;
        _onStateChange = OnStateChange;
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

    /// <summary>Counts an open connection until it is closed.</summary>
    internal NpgsqlConnection HandOut(NpgsqlConnection connection)
    {
        Node.Load.Increment();
        connection.StateChange += _onStateChange;
        return connection;
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState == ConnectionState.Open)
            Node.Load.Increment();
        else if (change.OriginalState == ConnectionState.Open)
            Node.Load.Decrement();
    }
}
