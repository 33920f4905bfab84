using BenchmarkDotNet.Attributes;
using Npgsql;

namespace HaConnect.Benchmarks.Opening;

/// <summary>Opening a connection from the pool and disposing it, one task: HaConnect beside plain Npgsql and Npgsql's own multi-host source.</summary>
[Rounds(5), MemoryDiagnoser]
public class OpenBenchmarks
{
    private NpgsqlDataSource? _npgsql;
    private HaDataSource? _ha;

    [GlobalSetup(Target = nameof(Plain))]
    public async Task SetUpPlain()
    {
        var settings = new NpgsqlConnectionStringBuilder(BenchmarkCluster.ConnectionString);
        var primary = settings.Host!.Split(',')[0].Split(':');
        (settings.Host, settings.Port) = (primary[0], int.Parse(primary[1], System.Globalization.CultureInfo.InvariantCulture));
        _npgsql = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        await ExpectAsync(_npgsql.OpenConnectionAsync(), isStandby: false);
    }

    [GlobalSetup(Target = nameof(MultiHostPrimary))]
    public async Task SetUpMultiHostPrimary()
    {
        _npgsql = new NpgsqlDataSourceBuilder(BenchmarkCluster.ConnectionString).BuildMultiHost().WithTargetSession(TargetSessionAttributes.ReadWrite);
        await ExpectAsync(_npgsql.OpenConnectionAsync(), isStandby: false);
    }

    [GlobalSetup(Target = nameof(MultiHostRead))]
    public async Task SetUpMultiHostRead()
    {
        _npgsql = new NpgsqlDataSourceBuilder(BenchmarkCluster.ConnectionString).BuildMultiHost().WithTargetSession(TargetSessionAttributes.PreferStandby);
        await ExpectAsync(_npgsql.OpenConnectionAsync(), isStandby: true);
    }

    [GlobalSetup(Target = nameof(HaConnectPrimary))]
    public async Task SetUpPrimary()
    {
        _ha = Build();
        await ExpectAsync(_ha.OpenConnectionAsync(), isStandby: false);
    }

    [GlobalSetup(Target = nameof(HaConnectRead))]
    public async Task SetUpRead()
    {
        _ha = Build();

        // No fallback here: it waits until both standbys are proven fresh, and opens a session at each.
        var servers = new HashSet<int>();
        while (servers.Count < 2)
        {
            await using var connection = await _ha.OpenReadConnectionAsync(new ReadPolicy { Fallback = ReadFallback.Wait });
            servers.Add(connection.Port);
        }

        await ExpectAsync(_ha.OpenReadConnectionAsync(), isStandby: true);
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        if (_npgsql is not null)
            await _npgsql.DisposeAsync();
        if (_ha is not null)
            await _ha.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public async Task Plain()
    {
        await using var connection = await _npgsql!.OpenConnectionAsync();
    }

    [Benchmark]
    public async Task HaConnectPrimary()
    {
        await using var connection = await _ha!.OpenConnectionAsync();
    }

    [Benchmark]
    public async Task HaConnectRead()
    {
        await using var connection = await _ha!.OpenReadConnectionAsync();
    }

    [Benchmark]
    public async Task MultiHostPrimary()
    {
        await using var connection = await _npgsql!.OpenConnectionAsync();
    }

    [Benchmark]
    public async Task MultiHostRead()
    {
        await using var connection = await _npgsql!.OpenConnectionAsync();
    }

    private static HaDataSource Build()
    {
        var options = new HaDatabaseOptions { ConnectionString = BenchmarkCluster.ConnectionString };
        options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(1);
        return new HaDataSourceBuilder(options).Build();
    }

    /// <summary>What is measured is what is said: a read that fell back to the primary would be another measurement.</summary>
    private static async Task ExpectAsync(ValueTask<NpgsqlConnection> opening, bool isStandby)
    {
        await using var connection = await opening;
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_is_in_recovery()", connection);
        if (await command.ExecuteScalarAsync() is not bool inRecovery || inRecovery != isStandby)
            throw new InvalidOperationException($"Port {connection.Port} is {(isStandby ? "no standby" : "not the primary")}.");
    }
}
