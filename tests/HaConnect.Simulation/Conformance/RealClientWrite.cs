using HaConnect.Testing;
using Npgsql;

namespace HaConnect.Simulation.Conformance;

/// <summary>A client's INSERT at a real server, by plain Npgsql without time-outs.</summary>
internal sealed class RealClientWrite : IClientWrite, IAsyncDisposable
{
    private readonly PostgresNode _node;
    private readonly NpgsqlConnection _connection;
    private readonly Task _running;
    private int _processId;

    internal RealClientWrite(PostgresCluster cluster, PostgresNode node, long row)
    {
        _node = node;
        _connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(cluster.NodeConnectionString(node, cluster.Application, "postgres"))
        {
            Pooling = false,
            CommandTimeout = 0,
            CancellationTimeout = -1,
            Timeout = 20,
        }.ConnectionString);
        _running = RunAsync(row);
    }

    public string Outcome { get; private set; } = "waits";

    public Task CancelAsync() => _node.ExecuteAsync($"SELECT pg_cancel_backend({_processId})");

    public Task TerminateAsync() => _node.ExecuteAsync($"SELECT pg_terminate_backend({_processId})");

    /// <summary>A connection cannot be closed while its command runs: it ends with its server.</summary>
    public ValueTask DisposeAsync() => _running.IsCompleted ? _connection.DisposeAsync() : default;

    private async Task RunAsync(long row)
    {
        try
        {
            await _connection.OpenAsync();
            _processId = _connection.ProcessID;
            await using var insert = new NpgsqlCommand($"INSERT INTO conformance VALUES ({row})", _connection);
            await insert.ExecuteNonQueryAsync();
            Outcome = "acked";
        }
        catch (PostgresException e) when (_connection.FullState.HasFlag(System.Data.ConnectionState.Open))
        {
            Outcome = e.SqlState;
        }
        catch (NpgsqlException)
        {
            Outcome = "lost";
        }
    }
}
