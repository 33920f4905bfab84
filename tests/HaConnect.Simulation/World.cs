using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Options;
using HaConnect.Simulation.Faults;
using HaConnect.Simulation.Instances;
using HaConnect.Simulation.Judging;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Running;
using HaConnect.Simulation.Servers;
using HaConnect.Simulation.Time;
using Microsoft.Extensions.Logging;

namespace HaConnect.Simulation;

/// <summary>Everything of one run: hosts, links, servers, application instances, and the judge that watches them.</summary>
internal sealed class World
{
    internal const int DefaultPort = 5432;

    private readonly List<string>? _trace;
    private int _instances;

    internal World(RunConfig config, ulong seed, FaultPlan faults, bool trace)
    {
        (Config, Seed) = (config, seed);
        _trace = trace ? [] : null;
        Scheduler = new Scheduler();
        Network = new SimNetwork(Scheduler, seed, config.Voters + config.Instances);
        Network.Changed += ReconsiderReceivers;
        Log = new RunLog(this);
        Judge = new Judge(this);
        Options = Configure(config);
        Conninfo = new ConninfoBuilder(Options.Failover.Replication, ConfiguredNode.DataNodesOf(Options));
        Statements = new Statements(this);
        for (var i = 0; i < config.Voters; i++)
            Servers.Add(new SimServer(this, i < config.DataNodes ? $"n{i + 1}" : $"w{i - config.DataNodes + 1}", i, isWitness: i >= config.DataNodes));
        DataNodes = [.. Servers.Where(s => !s.IsWitness)];
        VoterNames = [.. Servers.Select(s => s.Name)];
        Faults = new FaultInjector(this, faults);
        Operator = new Operator(this);
    }

    internal RunConfig Config { get; }

    internal ulong Seed { get; }

    internal Scheduler Scheduler { get; }

    internal SimNetwork Network { get; }

    internal HaDatabaseOptions Options { get; }

    internal ConninfoBuilder Conninfo { get; }

    internal Statements Statements { get; }

    internal Judge Judge { get; }

    internal FaultInjector Faults { get; }

    internal Operator Operator { get; }

    internal ILogger Log { get; }

    internal List<SimServer> Servers { get; } = [];

    internal string[] VoterNames { get; }

    internal SimServer[] DataNodes { get; }

    internal List<SimInstance> Instances { get; } = [];

    internal int Writes { get; private set; }

    internal bool IsTracing => _trace is not null;

    internal IReadOnlyList<string> Lines => _trace ?? [];

    internal SimServer Server(string name) => Servers.First(s => s.Name == name);

    internal WalEntry NextWrite() => new() { Write = ++Writes };

    internal void Trace(string what) => _trace?.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Scheduler.Now / 1e6,10:0.000000}  {what}"));

    internal void ReconsiderReceivers()
    {
        foreach (var server in Servers)
            server.Process?.Startup.Receiver?.Reconsider();
    }

    /// <summary>A cluster as it stands before any coordinator has looked at it: a primary, standbys that stream from it, synchronous names set.</summary>
    internal void Begin()
    {
        foreach (var server in Servers)
        {
            if (!server.IsWitness)
            {
                server.Disk.IsStandby = server != Servers[0];
                if (Config.Required > 0)
                {
                    server.Disk.Settings["synchronous_standby_names"] = server == Servers[0]
                        ? SynchronousNames.Format(Config.Required, DataNodes.Skip(1).Select(s => s.Name)) : "";
                }

                if (server != Servers[0])
                    server.Disk.Settings["primary_conninfo"] = Conninfo.Build(server.Name, Servers[0].Name);
            }

            server.Start();
        }

        for (var i = 0; i < Config.Instances; i++)
            StartInstance(i);
        foreach (var server in DataNodes)
            new LocalWriter(this, server).Start();
        Faults.Begin();
        Operator.Begin();
    }

    /// <summary>An instance is a new process each time, with a name of its own and nothing in its memory.</summary>
    internal void StartInstance(int index)
    {
        var name = $"app{index + 1}{(_instances < Config.Instances ? "" : $".{_instances}")}";
        var dice = new Dice(Seed, "clock " + name);
        var instance = new SimInstance(this, name, Config.Voters + index, (int)dice.Between(950, 1050));
        _instances++;
        if (index < Instances.Count)
            Instances[index] = instance;
        else
            Instances.Add(instance);
        Trace($"{name} starts");
        Scheduler.After(dice.Between(0, 200_000), () => instance.Actor.Run(instance.Start));
    }

    internal void End()
    {
        foreach (var instance in Instances)
            instance.Dispose();
    }

    private static HaDatabaseOptions Configure(RunConfig config)
    {
        var options = new HaDatabaseOptions();
        for (var i = 1; i <= config.DataNodes; i++)
            options.Nodes.Add(new HaNodeOptions { Name = $"n{i}", Host = $"n{i}", Port = DefaultPort });
        for (var i = 1; i <= config.Witnesses; i++)
            options.Failover.Witnesses.Add(new WitnessOptions { Name = $"w{i}", Host = $"w{i}", Port = DefaultPort });
        options.Routing.MaxReplicaLag = config.ReadBound;
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.RequiredSynchronousStandbys = config.Required;
        options.Failover.DropStandbyAfter = TimeSpan.FromSeconds(4);
        options.Failover.DegradeAfter = config.DegradeAfter;
        if (config.FencesOutside)
            options.Failover.Fencing.Command = "simulated";
        options.Failover.MaxFailovers = 100; // the guard against flapping would hide what follows
        options.Failover.StartupGrace = TimeSpan.FromSeconds(3);
        options.Failover.Replication.Username = "repl";
        return options;
    }
}
