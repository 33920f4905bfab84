using HaConnect.Simulation.Network;
using HaConnect.Simulation.Servers;
using HaConnect.Topology;

namespace HaConnect.Simulation.Instances;

/// <summary>
/// A client of an instance that writes all the time, where the snapshot says. It knows whether a write was acked, failed, or has an unknown
/// outcome, and opens its connections as the library does: only to the very server process that was probed.
/// </summary>
internal sealed class Writer(SimInstance instance)
{
    private const long Deadline = 2_000_000;

    private SimSession? _session;
    private Node? _node;

    internal void Start() => Pause();

    private void Pause() => instance.Actor.After(instance.Dice.Between(40_000, 160_000), Turn);

    private void Turn()
    {
        var snapshot = instance.Cluster.Current;
        if (snapshot.WritableNode is not { } node)
        {
            Drop();
            if (snapshot.HoldsWrites)
                instance.Actor.After(instance.Dice.Between(100, 3_000), Turn); // it goes on as soon as it may
            else
                Pause();
            return;
        }

        if (_session is { IsUsable: true } session && ReferenceEquals(node, _node))
        {
            Write(session, snapshot.Term);
            return;
        }

        Drop();
        _node = node;
        new SimSessionSource(instance, instance.World.Server(node.Name), lease: 0).Open(
            opened =>
            {
                var now = instance.Cluster.Current;
                _session = opened;
                if (now.Nodes[node.Index].StartedAt?.UtcDateTime != opened.Process.StartTime || !ReferenceEquals(now.WritableNode, node))
                {
                    Drop();
                    Pause();
                }
                else
                {
                    Write(opened, now.Term);
                }

                return true;
            },
            _ =>
            {
                Pause();
                return true;
            },
            Deadline);
    }

    private void Write(SimSession session, long? term)
    {
        var write = instance.World.NextWrite();
        _node!.Load.Increment(isWrite: true);
        var call = new WriteCall(this, write);
        session.Post(call, Deadline, () => session.Run(call, s =>
        {
            if (s.Process.RefusesWrites)
            {
                instance.World.Judge.Refused++;
                s.Refuse(call, SimSessionSource.Error("25006", "cannot execute INSERT in a read-only transaction"));
                return;
            }

            instance.World.Judge.Served(instance, s.Process, term);
            var index = s.Process.Append(write);
            s.Process.Commits.Wait(index, write, () => s.Answer(call, SimRow.None), s);
        }));
    }

    private void Drop()
    {
        _session?.Close();
        _session = null;
    }

    private sealed class WriteCall(Writer writer, WalEntry write) : SimSession.ICall
    {
        public bool IsDone { get; private set; }

        public void Succeed(SimRow row)
        {
            IsDone = true;
            writer._node!.Load.Decrement(isWrite: true);
            writer.Instance.World.Judge.ClientAcked(write);
            writer.Pause();
        }

        public void Fail(Exception exception)
        {
            IsDone = true;
            writer._node!.Load.Decrement(isWrite: true);
            writer.Drop();
            writer.Pause();
        }
    }

    private SimInstance Instance => instance;
}
