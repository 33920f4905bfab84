using BenchmarkDotNet.Attributes;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>One statement at the primary, its round trip included: <c>ExecuteAsync</c> and commands of the data source beside Npgsql's.</summary>
[Rounds(7), MemoryDiagnoser]
public class WorkBenchmarks
{
    private readonly NpgsqlDataSource _plain = OpenTargets.Current.Plain;
    private readonly HaDataSource _ha = OpenTargets.Current.HaConnect;

    [Benchmark(Baseline = true)]
    public async Task<object?> PlainSelect()
    {
        await using var connection = await _plain.OpenConnectionAsync();
        return await SelectAsync(connection, default);
    }

    [Benchmark]
    public Task<object?> HaConnectExecute() => _ha.ExecuteAsync(SelectAsync, WorkKind.IdempotentWrite);

    [Benchmark]
    public async Task<object?> PlainCommand()
    {
        await using var command = _plain.CreateCommand("SELECT 1");
        return await command.ExecuteScalarAsync();
    }

    [Benchmark]
    public async Task<object?> HaConnectCommand()
    {
        await using var command = _ha.CreateCommand("SELECT 1");
        return await command.ExecuteScalarAsync();
    }

    private static async Task<object?> SelectAsync(NpgsqlConnection connection, CancellationToken token)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        return await command.ExecuteScalarAsync(token);
    }
}
