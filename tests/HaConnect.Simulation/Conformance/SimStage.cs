using HaConnect.Connections;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;
using HaConnect.Simulation.Faults;
using HaConnect.Simulation.Instances;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Running;
using HaConnect.Simulation.Servers;

namespace HaConnect.Simulation.Conformance;

/// <summary>Simulated servers and nothing else: no instance acts, no fault but those of the script happens.</summary>
internal sealed class SimStage : IStage, IDisposable
{
    /// <summary>Longer than any script; virtual.</summary>
    private const long Limit = 400_000_000;

    private readonly World _world;
    private readonly SimInstance _client;
    private readonly long _lease;

    private SimStage(Script script, ulong seed)
    {
        var config = new RunConfig { DataNodes = 1 + script.Standbys, Required = script.Required, Instances = 1 };
        _world = new World(config, seed, FaultPlan.None, trace: true);
        _client = new SimInstance(_world, Scene.Coordinator, config.Voters, perMille: 1000);
        _lease = (long)script.Lease.TotalMicroseconds;
        foreach (var server in _world.Servers)
        {
            server.Disk.IsStandby = server != _world.Servers[0];
            if (server.Disk.IsStandby)
                server.Disk.Settings["primary_conninfo"] = _world.Conninfo.Build(server.Name, _world.Servers[0].Name);
            else if (script.Required > 0)
                server.Disk.Settings["synchronous_standby_names"] = SynchronousNames.Format(script.Required, _world.DataNodes.Skip(1).Select(s => s.Name));
            server.Start();
        }
    }

    public TimeProvider Time => _client.Clock;

    public HaDatabaseOptions Options => _world.Options;

    public int MajorVersion => 15;

    /// <summary>Plays a script in virtual time, on the calling thread.</summary>
    internal static IReadOnlyList<Observation> Play(Script script, ulong seed)
    {
        using var stage = new SimStage(script, seed);
        var scene = new Scene(stage);
        var playing = PlayAsync(stage, scene, script);
        stage._world.Scheduler.RunUntil(Limit, () => playing.IsCompleted);
        if (!playing.IsCompletedSuccessfully)
            throw new InvalidOperationException($"{script} did not come to its end. It saw:\n{string.Join('\n', scene.Seen)}\n{string.Join('\n', stage._world.Lines)}", playing.Exception);
        return scene.Seen;
    }

    public void Dispose() => _client.Dispose();

    public ISessionSource Sessions(string node) => new SimSessionSource(_client, _world.Server(node), _lease);

    public Task<ServerState?> ProbeAsync(string node) =>
        Task.FromResult(_world.Server(node).Process is { Accepts: true, Actor.IsFrozen: false } process ? NodeWatch.Read(process) : null);

    public Task<string> RowsAsync(string node)
    {
        var process = _world.Server(node).Process!;
        return Task.FromResult(string.Join(", ", process.Disk.Wal.Take(process.Replayed).Where(e => e.Write > 0 && !process.Commits.IsWaiting(e)).Select(e => e.Write).Order()));
    }

    public IClientWrite Insert(string node, long row) => new SimClientWrite(_client, _world.Server(node), row);

    public Task KillAsync(string node)
    {
        _world.Server(node).Kill();
        return UntilAsync(() => _world.Server(node).IsDown);
    }

    public Task StartAsync(string node)
    {
        _world.Server(node).Start();
        return UntilAsync(() => _world.Server(node).Process is { Accepts: true });
    }

    public Task FreezeAsync(string node)
    {
        _world.Server(node).Freeze();
        return Task.CompletedTask;
    }

    public Task ThawAsync(string node)
    {
        _world.Server(node).Thaw();
        return Task.CompletedTask;
    }

    public Task PauseReplayAsync(string node)
    {
        _world.Server(node).Process!.Startup.Pause();
        return Task.CompletedTask;
    }

    public Task MakeStandbyAsync(string node, string upstream)
    {
        var disk = _world.Server(node).Disk;
        disk.IsStandby = true;
        disk.Settings.Clear();
        disk.Settings["primary_conninfo"] = _world.Conninfo.Build(node, upstream);
        return Task.CompletedTask;
    }

    public Task CopyAsync(string node, string from)
    {
        var disk = _world.Server(node).Disk;
        disk.CopyFrom(_world.Server(from).Disk);
        disk.IsStandby = true;
        disk.Settings["primary_conninfo"] = _world.Conninfo.Build(node, from);
        return Task.CompletedTask;
    }

    private static async Task PlayAsync(SimStage stage, Scene scene, Script script)
    {
        await stage.UntilAsync(() => stage._world.Servers.All(s => s.Process is { Accepts: true } p && (!p.InRecovery || p.Startup.Receiver is { Status: "streaming" })));
        await script.Play(scene);
        await scene.DisposeAsync();
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), Time);
    }
}
