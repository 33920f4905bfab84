using System.Collections.Concurrent;
using Npgsql;

namespace HaConnect.ClusterTests.Integrity;

/// <summary>Clients that run one transaction after the other, and how long each took.</summary>
internal sealed class LoadClient : IAsyncDisposable
{
    private readonly ConcurrentQueue<(long At, TimeSpan Took)> _done = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _clients;
    private readonly string _connection;
    private readonly string _statement;
    private readonly int _accounts;
    private readonly TimeSpan _pause;

    /// <param name="connection">Where.</param>
    /// <param name="statement">What, with an account and an amount.</param>
    /// <param name="accounts">How many accounts there are.</param>
    /// <param name="clients">How many at once.</param>
    /// <param name="pause">Between two transactions of a client.</param>
    internal LoadClient(string connection, string statement, int accounts, int clients, TimeSpan pause)
    {
        (_connection, _statement, _accounts, _pause) = (connection + ";Pooling=false;Command Timeout=300", statement, accounts, pause);
        _clients = [.. Enumerable.Range(1, clients).Select(n => Task.Run(() => RunAsync(new Random(n))))];
    }

    internal int Count => _done.Count;

    /// <summary>Of what was done between two moments.</summary>
    internal IReadOnlyList<TimeSpan> Latencies(long from, long upTo) => [.. _done.Where(d => d.At >= from && d.At < upTo).Select(d => d.Took).Order()];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private async Task RunAsync(Random random)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
#pragma warning disable CA2100 // the test's own statements
        await using var command = new NpgsqlCommand(_statement, connection);
#pragma warning restore CA2100
        var (account, amount) = (new NpgsqlParameter<int>(), new NpgsqlParameter<int>());
        command.Parameters.Add(account);
        command.Parameters.Add(amount);
        await command.PrepareAsync();
        while (!_stop.IsCancellationRequested)
        {
            (account.TypedValue, amount.TypedValue) = (random.Next(1, _accounts + 1), random.Next(-1000, 1000));
            var startedAt = TimeProvider.System.GetTimestamp();
            await command.ExecuteNonQueryAsync();
            _done.Enqueue((startedAt, TimeProvider.System.GetElapsedTime(startedAt)));
            if (_pause > TimeSpan.Zero)
                await Task.Delay(_pause, TimeProvider.System);
        }
    }
}
