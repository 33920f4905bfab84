using BenchmarkDotNet.Attributes;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>Opening a connection from the pool and disposing it, one task: HaConnect beside plain Npgsql and Npgsql's own multi-host source.</summary>
[Rounds(21), MemoryDiagnoser]
public class OpenBenchmarks
{
    private readonly NpgsqlDataSource _plain = OpenTargets.Current.Plain;
    private readonly NpgsqlDataSource _multiHostPrimary = OpenTargets.Current.MultiHostPrimary;
    private readonly NpgsqlDataSource _multiHostRead = OpenTargets.Current.MultiHostRead;
    private readonly HaDataSource _ha = OpenTargets.Current.HaConnect;

    /// <summary>What is measured is what is said: a read that fell back to the primary would be another measurement.</summary>
    [GlobalSetup]
    public async Task Check()
    {
        await ExpectAsync(_plain.OpenConnectionAsync(), isStandby: false);
        await ExpectAsync(_ha.OpenConnectionAsync(), isStandby: false);
        await ExpectAsync(_ha.OpenReadConnectionAsync(), isStandby: true);
        await ExpectAsync(_multiHostPrimary.OpenConnectionAsync(), isStandby: false);
        await ExpectAsync(_multiHostRead.OpenConnectionAsync(), isStandby: true);
    }

    [Benchmark(Baseline = true)]
    public async Task Plain()
    {
        await using var connection = await _plain.OpenConnectionAsync();
    }

    [Benchmark]
    public async Task HaConnectPrimary()
    {
        await using var connection = await _ha.OpenConnectionAsync();
    }

    [Benchmark]
    public async Task HaConnectRead()
    {
        await using var connection = await _ha.OpenReadConnectionAsync();
    }

    [Benchmark]
    public async Task MultiHostPrimary()
    {
        await using var connection = await _multiHostPrimary.OpenConnectionAsync();
    }

    [Benchmark]
    public async Task MultiHostRead()
    {
        await using var connection = await _multiHostRead.OpenConnectionAsync();
    }

    private static async Task ExpectAsync(ValueTask<NpgsqlConnection> opening, bool isStandby)
    {
        await using var connection = await opening;
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_is_in_recovery()", connection);
        if (await command.ExecuteScalarAsync() is not bool inRecovery || inRecovery != isStandby)
            throw new InvalidOperationException($"Port {connection.Port} is {(isStandby ? "no standby" : "not the primary")}.");
    }
}
