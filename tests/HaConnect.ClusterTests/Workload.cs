using System.Collections.Concurrent;
using Npgsql;

namespace HaConnect.ClusterTests;

/// <summary>Writers that insert their own keys without a pause, and a ledger of their own of what was acked and when.</summary>
internal sealed class Workload : IAsyncDisposable
{
    private readonly HaDataSource _db;
    private readonly ConcurrentQueue<(long Key, long AckedAt)> _acked = new();
    private readonly ConcurrentQueue<Exception> _failed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _writers;
    private long _lastKey;

    private Workload(HaDataSource db, int writers)
    {
        _db = db;
        _writers = [.. Enumerable.Range(0, writers).Select(_ => Task.Run(WriteAsync))];
    }

    internal IReadOnlyCollection<Exception> Failed => _failed;

    internal int AckedCount => _acked.Count;

    internal static async Task<Workload> StartAsync(HaDataSource db, int writers = 4)
    {
        await db.ExecuteAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("CREATE TABLE IF NOT EXISTS writes (key bigint PRIMARY KEY)", connection);
                await command.ExecuteNonQueryAsync(token);
            },
            WorkKind.IdempotentWrite);
        return new Workload(db, writers);
    }

    /// <summary>The longest time without an ack after a moment, and when it ended.</summary>
    internal (TimeSpan Gap, long EndedAt) LongestGapSince(long timestamp)
    {
        var times = _acked.Select(a => a.AckedAt).Where(t => t >= timestamp).Order().Prepend(timestamp).ToList();
        var longest = Enumerable.Range(1, times.Count - 1).MaxBy(i => times[i] - times[i - 1]);
        return (TimeProvider.System.GetElapsedTime(times[longest - 1], times[longest]), times[longest]);
    }

    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers);
    }

    /// <summary>The acked keys that a server does not have, read without HaConnect.</summary>
    internal async Task<IReadOnlyList<long>> MissingAsync(string connectionString)
    {
        var present = new HashSet<long>();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT key FROM writes", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            present.Add(reader.GetInt64(0));
        return [.. _acked.Select(a => a.Key).Where(k => !present.Contains(k)).Order()];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var key = Interlocked.Increment(ref _lastKey);
            try
            {
                await _db.ExecuteAsync(
                    async (connection, token) =>
                    {
                        await using var command = new NpgsqlCommand("INSERT INTO writes VALUES ($1) ON CONFLICT DO NOTHING", connection) { Parameters = { new() { Value = key } } };
                        await command.ExecuteNonQueryAsync(token);
                    },
                    WorkKind.IdempotentWrite);
                _acked.Enqueue((key, TimeProvider.System.GetTimestamp()));
            }
            catch (Exception e)
            {
                _failed.Enqueue(e);
            }
        }
    }
}
