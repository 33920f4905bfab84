using HaConnect.Simulation.Network;
using HaConnect.Simulation.Servers;
using HaConnect.Topology;

namespace HaConnect.Simulation.Instances;

/// <summary>
/// A client of an instance that reads with a bound. Every target that the snapshot holds for fresh enough must keep it, so one is chosen at
/// random and judged by what it really shows. It keeps its connections, as a pool does.
/// </summary>
internal sealed class Reader(SimInstance instance)
{
    private const long Deadline = 2_000_000;

    private readonly Dictionary<Node, SimSession> _sessions = [];
    private readonly List<(Node Node, DateTime StartTime)> _targets = [];

    internal void Start() => Pause();

    private void Pause() => instance.Actor.After(instance.Dice.Between(80_000, 320_000), Turn);

    private void Turn()
    {
        var snapshot = instance.Cluster.Current;
        var bound = (long)instance.World.Options.Routing.MaxReplicaLag.TotalMicroseconds;
        var mustShow = instance.World.Scheduler.Now - (bound * 1000 / instance.Clock.PerMille);
        FindTargets(snapshot, instance.Clock.GetTimestamp() - bound);
        Pause();
        if (_targets.Count == 0)
            return;
        var (node, startTime) = instance.Dice.Of(_targets);
        if (_sessions.TryGetValue(node, out var pooled) && pooled.IsUsable && pooled.Process.StartTime == startTime)
        {
            Read(pooled, mustShow);
            return;
        }

        pooled?.Close();
        _sessions.Remove(node);
        new SimSessionSource(instance, instance.World.Server(node.Name), lease: 0).Open(
            session =>
            {
                // A new physical connection is handed out only where it leads to the very process that was probed.
                if (session.Process.StartTime == startTime)
                    Read(_sessions[node] = session, mustShow);
                else
                    session.Close();
                return true;
            },
            _ => true,
            Deadline);
    }

    private void FindTargets(ClusterSnapshot snapshot, long oldest)
    {
        _targets.Clear();
        foreach (var tier in snapshot.ReadTiers)
        {
            foreach (var target in tier)
            {
                if (target.FreshAsOf >= oldest)
                    _targets.Add((target.Node, target.StartTime));
            }
        }

        if (snapshot.PrimaryNode is { } primary && snapshot.PrimaryFreshAsOf >= oldest)
            _targets.Add((primary, snapshot.PrimaryStartTime));
    }

    private void Read(SimSession session, long mustShow)
    {
        var call = new ReadCall(session);
        session.Post(call, Deadline, () => session.Run(call, s =>
        {
            instance.World.Judge.Read(instance, s.Process, mustShow);
            s.Answer(call, SimRow.None);
        }));
    }

    private sealed class ReadCall(SimSession session) : SimSession.ICall
    {
        public bool IsDone { get; private set; }

        public void Succeed(SimRow row) => IsDone = true;

        public void Fail(Exception exception)
        {
            IsDone = true;
            session.Close();
        }
    }
}
