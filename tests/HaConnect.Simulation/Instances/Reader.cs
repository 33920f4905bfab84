using HaConnect.Simulation.Network;
using HaConnect.Simulation.Servers;
using HaConnect.Topology;

namespace HaConnect.Simulation.Instances;

/// <summary>
/// A client of an instance that reads with a bound. Every target that the snapshot holds for fresh enough must keep it, so one is chosen at
/// random and judged by what it really shows.
/// </summary>
internal sealed class Reader(SimInstance instance)
{
    private const long Deadline = 2_000_000;

    internal void Start() => Pause();

    private void Pause() => instance.Actor.After(instance.Dice.Between(40_000, 160_000), Turn);

    private void Turn()
    {
        var snapshot = instance.Cluster.Current;
        var bound = (long)instance.World.Options.Routing.MaxReplicaLag.TotalMicroseconds;
        var mustShow = instance.World.Scheduler.Now - (bound * 1000 / instance.Clock.PerMille);
        var oldest = instance.Clock.GetTimestamp() - bound;
        var targets = new List<(Node Node, DateTime StartTime)>();
        foreach (var target in snapshot.NearTargets.Concat(snapshot.FarTargets))
        {
            if (target.FreshAsOf >= oldest)
                targets.Add((target.Node, target.StartTime));
        }

        if (snapshot.PrimaryNode is { } primary && snapshot.PrimaryFreshAsOf >= oldest)
            targets.Add((primary, snapshot.PrimaryStartTime));
        Pause();
        if (targets.Count == 0)
            return;
        var (node, startTime) = instance.Dice.Of(targets);
        new SimSessionSource(instance, instance.World.Server(node.Name), lease: 0).Open(
            session =>
            {
                if (session.Process.StartTime == startTime)
                {
                    var call = new ReadCall(session);
                    session.Post(call, Deadline, () => session.Run(call, s =>
                    {
                        instance.World.Judge.Read(instance, s.Process, mustShow);
                        s.Answer(call, SimRow.None);
                    }));
                }
                else
                {
                    session.CloseFromClient();
                }

                return true;
            },
            _ => true,
            Deadline);
    }

    private sealed class ReadCall(SimSession session) : SimSession.ICall
    {
        public bool IsDone { get; private set; }

        public void Succeed(SimRow row)
        {
            IsDone = true;
            session.CloseFromClient();
        }

        public void Fail(Exception exception)
        {
            IsDone = true;
            session.CloseFromClient();
        }
    }
}
