using HaConnect.Audit;
using HaConnect.Diagnostics;
using HaConnect.Failover;
using HaConnect.Options;
using HaConnect.Probing;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Time;
using HaConnect.Topology;

namespace HaConnect.Simulation.Instances;

/// <summary>An application instance: the shipped cluster state and failover loop, unchanged, with simulated sessions under it.</summary>
internal sealed class SimInstance : IAuditSink, IDisposable
{
    private readonly HaMetrics _metrics;
    private readonly FailoverLoop _loop;
    private readonly List<NodeWatch> _watches = [];

    internal SimInstance(World world, string name, int host, int perMille)
    {
        World = world;
        Name = name;
        Host = host;
        Actor = new Actor(world.Scheduler, name);
        Clock = new ActorClock(Actor, perMille);
        Dice = new Dice(world.Seed, "instance " + name);
        Cluster = new ClusterState(world.Options, Clock);
        _metrics = new HaMetrics(world.Options.ClusterName, () => Cluster.Current);
        var lease = (long)world.Options.Failover.LeaseDuration.TotalMicroseconds;
        _loop = FailoverLoop.Create(name, Cluster, node => new SimSessionSource(this, world.Server(node.Name), lease), WakeAll, world.Options,
            new AuditTrail([this], world.Log), _metrics, Clock, Dice.Fraction, new SimFence(world, this), world.Log, world.Config.Broken);
        Cluster.Published += OnPublished;
        foreach (var facts in Cluster.Facts)
            _watches.Add(new NodeWatch(this, facts.Node, world.Server(facts.Node.Name)));
    }

    internal World World { get; }

    internal string Name { get; }

    internal int Host { get; }

    internal Actor Actor { get; }

    internal ActorClock Clock { get; }

    internal Dice Dice { get; }

    internal ClusterState Cluster { get; }

    internal HashSet<SimSession> Sessions { get; } = [];

    internal void Start()
    {
        _loop.Start();
        WakeAll();
        for (var i = 0; i < World.Config.WritersPerInstance; i++)
            new Writer(this).Start();
        new Reader(this).Start();
    }

    /// <summary>SIGKILL: its host closes its connections; where the network is cut, the servers learn of it by the lease.</summary>
    internal void Kill()
    {
        World.Trace($"{Name} is killed");
        Dispose();
        foreach (var session in Sessions)
            session.CloseFromClient();
    }

    /// <summary>The end of the run: nothing of it is kept.</summary>
    public void Dispose()
    {
        Actor.Die();
        Cluster.Published -= OnPublished;
        _metrics.Dispose();
    }

    public void Write(AuditRecord record) => World.Trace($"{Name}{(record.Term is { } term ? $" (term {term})" : "")}: {record.Sentence}");

    internal void WakeAll()
    {
        foreach (var watch in _watches)
            watch.Wake();
    }

    /// <summary>As the shipped schedule does: all are woken when peace ends, standbys right after the primary was probed.</summary>
    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (ProbePace.WakesAll(before, after))
            WakeAll();
        if (after.PrimaryNode is not { } primary)
            return;
        var watched = _watches[primary.Index];
        if (watched.IsNews)
        {
            watched.IsNews = false;
            foreach (var watch in _watches)
            {
                if (!ReferenceEquals(watch.Node, primary))
                    watch.Wake();
            }
        }
    }
}
