using HaConnect.Connections;
using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;
using HaConnect.Topology;
using Npgsql;

namespace HaConnect.Simulation.Conformance;

/// <summary>Real servers, with the sessions and the probe of the library as it is shipped.</summary>
internal sealed class RealStage : IStage, IAsyncDisposable
{
    private readonly PostgresCluster _cluster;
    private readonly NodeSources _sources;
    private readonly List<IAsyncDisposable> _open = [];

    private RealStage(PostgresCluster cluster, Script script)
    {
        _cluster = cluster;
        Options = new HaDatabaseOptions { ConnectionString = $"Username={cluster.Application.User};Password={cluster.Application.Password};Database=app" };
        foreach (var node in cluster.Nodes)
            Options.Nodes.Add(new HaNodeOptions { Name = node.Name, Host = node.Host, Port = node.Port });
        Options.Probing.Timeout = TimeSpan.FromSeconds(5);
        Options.Failover.LeaseDuration = script.Lease;
        Options.Failover.ControlUsername = cluster.Control.User;
        Options.Failover.ControlPassword = cluster.Control.Password;
        Options.Failover.RequiredSynchronousStandbys = script.Required;
        Options.Failover.Replication.Username = cluster.Replication.User;
        Options.Failover.Replication.Password = cluster.Replication.Password;
        _sources = new NodeSources(Options, configure: null, _ => throw new NotSupportedException("no session of an application"));
    }

    public TimeProvider Time => TimeProvider.System;

    public HaDatabaseOptions Options { get; }

    public int MajorVersion => _cluster.MajorVersion;

    /// <summary>
    /// Plays a script on a cluster of its own; anew where a statement ran into its session's statement_timeout, as one that waits for a disk with other work does: that says nothing of
    /// what servers do.
    /// </summary>
    internal static async Task<IReadOnlyList<Observation>> PlayAsync(Script script, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await PlayOnceAsync(script, cancellationToken);
            }
            catch (InvalidOperationException e) when (attempt < 3 && e.InnerException is CommandRefusedException { InnerException: PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } })
            {
                TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
            }
        }
    }

    private static async Task<IReadOnlyList<Observation>> PlayOnceAsync(Script script, CancellationToken cancellationToken)
    {
        await using var cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = script.Standbys, SynchronousStandbys = script.Required }, cancellationToken);
        await cluster["n1"].ExecuteAsync("CREATE TABLE conformance (id bigint PRIMARY KEY)", cancellationToken);
        await cluster["n1"].ExecuteAsync("GRANT INSERT ON conformance TO PUBLIC", cancellationToken);
        await using var stage = new RealStage(cluster, script);
        await using var scene = new Scene(stage);
        try
        {
            await script.Play(scene).WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{script} did not come to its end: {e.Message}\nIt saw:\n{string.Join('\n', scene.Seen)}\n{await cluster.DescribeAsync(CancellationToken.None)}", e);
        }

        return scene.Seen;
    }

    public ISessionSource Sessions(string node)
    {
        var source = new OwnSessionSource(_sources.ForCoordinator(_cluster[node].Host, _cluster[node].Port, isLeased: true), Time);
        _open.Add(source);
        return source;
    }

    public async Task<ServerState?> ProbeAsync(string node)
    {
        var (host, port) = (_cluster[node].Host, _cluster[node].Port);
        await using var prober = new NodeProber(new Node(0, node, host, port, 0, isConfigured: true), _sources, Options, static () => true, static () => false, Time);
        return (await prober.ProbeAsync(CancellationToken.None)).State;
    }

    public async Task<string> RowsAsync(string node)
    {
        try
        {
            return await _cluster[node].ScalarAsync<string>("SELECT coalesce(string_agg(id::text, ', ' ORDER BY id), '') FROM conformance") ?? "";
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return ""; // a standby that does not even have the table yet
        }
    }

    public IClientWrite Insert(string node, long row)
    {
        var write = new RealClientWrite(_cluster, _cluster[node], row);
        _open.Add(write);
        return write;
    }

    public Task KillAsync(string node) => _cluster[node].KillAsync();

    public Task StartAsync(string node) => _cluster[node].StartAsync();

    public Task FreezeAsync(string node) => _cluster[node].FreezeAsync();

    public Task ThawAsync(string node) => _cluster[node].ThawAsync();

    public Task PauseReplayAsync(string node) => _cluster[node].ExecuteAsync("SELECT pg_wal_replay_pause()");

    public Task MakeStandbyAsync(string node, string upstream)
    {
        _cluster[node].Files.WriteStandby(_cluster[upstream].Host, _cluster[upstream].Port);
        return Task.CompletedTask;
    }

    public async Task CopyAsync(string node, string from)
    {
        var (copy, source, user) = (_cluster[node], _cluster[from], _cluster.Replication);
        Directory.Delete(copy.DataDirectory, recursive: true);
        var conninfo = $"host={source.Host} port={source.Port} user={user.User} password={user.Password} application_name={node}";
        var runner = await UnixUser.ResolveAsync(CancellationToken.None);
        var program = Path.Combine(PostgresBinaries.Find(null) ?? throw new PostgresClusterException("no pg_basebackup"), "pg_basebackup");
        var result = await Tool.RunAsync(program, ["-D", copy.DataDirectory, "-d", conninfo, "-R", "-c", "fast", "-X", "stream", "--no-sync", "-w"], runner.SwitchTo);
        result.ThrowIfFailed("pg_basebackup");
        copy.Files.WriteSettings(blocked: false); // its own port, in a file that is not postgresql.auto.conf
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _open)
            await each.DisposeAsync();
    }
}
