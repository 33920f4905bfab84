using System.Globalization;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.Sizing;

/// <summary>Many application instances in one process: a data source each, and, once in use, a write and a bounded read about every 8 seconds each: with 100 connections for 100 instances none can keep one of its own.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<Instance> _instances = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    internal Fleet(PostgresCluster cluster, int instances, int coordinators)
    {
        for (var i = 0; i < instances; i++)
            _instances.Add(new Instance(Build(cluster, coordinates: i < coordinators)));
    }

    internal bool AllWroteInLastPhase => _instances.TrueForAll(i => i.Writes > 0);

    internal async Task StartAsync()
    {
        // The first use starts the probing. Four a second, since here one machine does the work of all of them.
        var starting = new List<Task>();
        foreach (var instance in _instances)
        {
            starting.Add(Task.Run(() => StartAsync(instance)));
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }

        await Task.WhenAll(starting);
        await _instances[0].Db.ExecuteAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("CREATE TABLE IF NOT EXISTS hundred (instance int, at timestamptz)", connection);
                await command.ExecuteNonQueryAsync(token);
            },
            WorkKind.IdempotentWrite);
    }

    private static async Task StartAsync(Instance instance)
    {
        while (true)
        {
            try
            {
                await (await instance.Db.OpenConnectionAsync()).DisposeAsync();
                return;
            }
            catch (NoPrimaryException)
            {
                await Console.Error.WriteLineAsync("An instance found no primary within 30 s while the fleet started.");
            }
        }
    }

    internal void Use() => _running.AddRange(_instances.Select(i => Task.Run(() => i.RunAsync(_stop.Token))));

    internal Task BeginPhaseAsync()
    {
        foreach (var instance in _instances)
            instance.Reset();
        return Task.CompletedTask;
    }

    internal string Describe()
    {
        var waits = _instances.Select(i => i.LongestWrite).Order().ToList();
        var reads = _instances.Sum(i => i.ReplicaReads + i.PrimaryReads);
        var seated = _instances.Count(i => i.Db.Snapshot.Primary is { } p && !p.Reason.Contains("probed rarely", StringComparison.Ordinal));
        return string.Create(CultureInfo.InvariantCulture,
            $"  {_instances.Count(i => i.Writes > 0)} of {_instances.Count} instances wrote, {_instances.Sum(i => i.Writes)} writes acked, {_instances.Sum(i => i.Failed)} operations failed; longest write of an instance: median {waits[waits.Count / 2].TotalSeconds:0.00} s, worst {waits[^1].TotalSeconds:0.00} s; {reads} reads, {100.0 * _instances.Sum(i => i.ReplicaReads) / Math.Max(1, reads):0} % of them at replicas; {seated} instances keep a session with the primary")
            + (_instances.Select(i => i.LastError).FirstOrDefault(e => e is not null) is { } error ? $"\n  an error: {error}" : "");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await Task.WhenAll(_instances.Select(i => i.Db.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    private static HaDataSource Build(PostgresCluster cluster, bool coordinates)
    {
        var options = new HaDatabaseOptions
        {
            ConnectionString = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app;Connection Idle Lifetime=1;Connection Pruning Interval=1",
        };
        foreach (var node in cluster.Nodes)
            options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
        options.Failover.ControlUsername = cluster.Control.User;
        options.Failover.ControlPassword = cluster.Control.Password;
        if (coordinates)
        {
            options.Failover.Mode = FailoverMode.Coordinate;
            options.Failover.Replication.Username = cluster.Replication.User;
            options.Failover.Replication.Password = cluster.Replication.Password;
        }

        return new HaDataSourceBuilder(options).Build();
    }

    private sealed class Instance(HaDataSource db)
    {
        internal HaDataSource Db { get; } = db;
        internal int Writes { get; private set; }
        internal int Failed { get; private set; }
        internal int ReplicaReads { get; private set; }
        internal int PrimaryReads { get; private set; }
        internal TimeSpan LongestWrite { get; private set; }
        internal string? LastError { get; private set; }

        internal void Reset() => (Writes, Failed, ReplicaReads, PrimaryReads, LongestWrite, LastError) = (0, 0, 0, 0, TimeSpan.Zero, null);

        internal async Task RunAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(8 * (0.5 + Random.Shared.NextDouble())), TimeProvider.System, stop);
                    await WriteAsync();
                    await ReadAsync();
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (Exception e)
                {
                    Failed++;
                    LastError = e.Message;
                }
            }
        }

        private async Task WriteAsync()
        {
            var began = TimeProvider.System.GetTimestamp();
            await Db.ExecuteAsync(
                async (connection, token) =>
                {
                    await using var command = new NpgsqlCommand("INSERT INTO hundred VALUES (1, now())", connection);
                    await command.ExecuteNonQueryAsync(token);
                },
                WorkKind.IdempotentWrite);
            Writes++;
            var took = TimeProvider.System.GetElapsedTime(began);
            LongestWrite = took > LongestWrite ? took : LongestWrite;
        }

        private async Task ReadAsync()
        {
            await using var connection = await Db.OpenReadConnectionAsync();
            await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_is_in_recovery()", connection);
            if ((bool)(await command.ExecuteScalarAsync())!)
                ReplicaReads++;
            else
                PrimaryReads++;
        }
    }
}
