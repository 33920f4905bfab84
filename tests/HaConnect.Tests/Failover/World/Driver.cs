using HaConnect.Failover;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Promotion;

namespace HaConnect.Tests.Failover.World;

/// <summary>A coordinator: the machine, with its effects carried out on simulated servers. Answers are events, one at a time.</summary>
internal sealed class Driver(Cluster cluster, string name = "i")
{
    private readonly List<Effect.AtNode> _queue = [];

    internal FailoverState State { get; private set; } = FailoverState.Initial(cluster.Settings(name));

    /// <summary>What was asked so far, as <c>Command@node</c>.</summary>
    internal List<string> Asked { get; } = [];

    internal List<Effect.Tell> Told { get; } = [];

    internal List<bool> Ended { get; } = [];

    /// <summary>Whose sessions a drain ends.</summary>
    internal IReadOnlyList<string> EndsSessions { get; set; } = [];

    /// <summary>What was asked of whoever fences from outside; the test answers.</summary>
    internal List<Effect.Isolate> Fences { get; } = [];

    internal int Releases { get; private set; }

    internal bool HasWork => _queue.Count > 0;

    /// <summary>What happens to a command; by default it is carried out and answered.</summary>
    internal Func<Effect.AtNode, Reaction> React { get; set; } = _ => Reaction.Answer;

    internal string Commands => string.Join(' ', Asked);

    internal void Send(FailoverEvent happened)
    {
        (State, var effects) = FailoverMachine.Next(State, happened);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case Effect.AtNode e:
                    Check(e);
                    Asked.Add($"{e.Command.Name}@{e.Node}");
                    _queue.Add(e);
                    break;
                case Effect.ReleaseAll:
                    Releases++;
                    _queue.Clear();
                    foreach (var server in cluster.Servers.Values.Where(s => s.LockHolder == this))
                        server.LockHolder = null;
                    break;
                case Effect.Isolate e:
                    Fences.Add(e);
                    break;
                case Effect.Tell e:
                    Told.Add(e);
                    break;
                case Effect.FailoverEnded e:
                    Ended.Add(e.Succeeded);
                    break;
            }
        }
    }

    /// <summary>Carries out the next command; each node does its own in order, but the nodes are independent of one another.</summary>
    internal void Turn(Func<int, int>? pick = null)
    {
        var node = pick is null ? _queue[0].Node : _queue[pick(_queue.Count)].Node;
        var effect = _queue.First(e => e.Node == node);
        _queue.Remove(effect);
        var server = cluster[node];
        switch (React(effect))
        {
            case Reaction.Silence:
                return;
            case Reaction.Refuse:
                Send(new FailoverEvent.Failed(node, effect.StepNumber, effect.Command.Name, "told to refuse"));
                return;
            case Reaction.DropBefore:
                Drop(node);
                return;
            case Reaction.DropAfter:
                _ = Do(effect, server);
                Drop(node);
                return;
            default:
                if (Do(effect, server) is { } answer)
                    Send(answer);
                else if (_queue.Count > 0)
                    _queue.Add(effect); // it waits for what others are about to do
                return;
        }
    }

    internal void Run()
    {
        for (var turns = 0; HasWork; turns++)
        {
            if (turns > 10_000)
                Assert.Fail($"no end of it: {string.Join(' ', Asked.TakeLast(30))}");
            Turn();
        }
    }

    /// <summary>Grace after grace, until it is at a step and waits there.</summary>
    internal void RunUntil(Step step)
    {
        for (var round = 0; round < 5 && State.Step != step; round++)
        {
            Grace();
            Run();
        }

        Assert.Equal(step, State.Step);
    }

    internal void Drop(string node)
    {
        if (cluster[node].LockHolder == this)
            cluster[node].LockHolder = null;
        Send(new FailoverEvent.SessionLost(node, "the session was lost"));
    }

    /// <summary>The server dies, and the coordinator's session with it.</summary>
    internal void Lose(string node)
    {
        cluster.Kill(node);
        Send(new FailoverEvent.SessionLost(node, "it does not answer"));
    }

    internal void Grace() => Send(new FailoverEvent.GraceOver(State.StepNumber));

    internal void Time() => Send(new FailoverEvent.TimeOver(State.StepNumber));

    internal void Stop() => Send(new FailoverEvent.StopRequested());

    /// <summary>Judges as an observer would that sees every living server.</summary>
    internal void Look()
    {
        var alive = cluster.Servers.Values.Where(s => s is { IsAlive: true, Voter.IsWitness: false }).ToList();
        var row = alive.Select(s => s.Established).Where(r => r is not null).MaxBy(r => r!.Term);
        var primary = row?.Primary ?? alive.SingleOrDefault(s => !s.InRecovery)?.Name;
        var free = alive.Count(s => s.LockHolder is null);
        var kind = primary is null || !cluster.Servers.ContainsKey(primary) ? VerdictKind.Unknown : cluster[primary] is { IsAlive: true, InRecovery: false } ? VerdictKind.Healthy : VerdictKind.Lost;
        Send(new FailoverEvent.VerdictChanged(new PrimaryVerdict(kind, primary, $"{primary} is {kind}", kind == VerdictKind.Unknown ? null : (ulong)cluster[primary!].Log.Length, free)));
    }

    /// <summary>Lets things take their course for some rounds: answers, timers, observations, streams.</summary>
    internal void Live(int rounds = 12)
    {
        for (var i = 0; i < rounds; i++)
        {
            cluster.StreamAll();
            Look();
            Run();
            Grace();
            Run();
            Time();
            Run();
        }
    }

    /// <summary>Elected, term 1 written and everywhere, in peace.</summary>
    internal Driver InPeace()
    {
        Live(4);
        Assert.Equal(Step.Leading, State.Step);
        Assert.True(State.EstablishedIsEverywhere);
        Asked.Clear();
        Told.Clear();
        return this;
    }

    private void Check(Effect.AtNode e)
    {
        // Nothing with effect on a server without the promise of this very term (R4, R11).
        var term = e.Command switch
        {
            NodeCommand.CutOff c => c.Term,
            NodeCommand.SetSynchronousNames c => c.Term,
            NodeCommand.Repoint c => c.Term,
            NodeCommand.Promote c => c.Order.Term,
            NodeCommand.CommitTerm c => c.Row.Term,
            NodeCommand.MarkEstablished c => c.Term,
            NodeCommand.Verify c => c.Term,
            _ => 0,
        };
        if (term > 0)
        {
            Assert.Equal(State.Term, term);
            Assert.Equal(term, State.Voters[e.Node].Promised);
        }

        if (e.Command is NodeCommand.Promote promote)
            cluster.CheckPromotion(this, e.Node, promote.Order);
        if (e.Command is NodeCommand.MarkEstablished)
            Assert.True(State.FlushSeen);
    }

    private FailoverEvent? Do(Effect.AtNode effect, Server server)
    {
        var (node, step, command) = effect;
        if (!server.IsAlive)
            return new FailoverEvent.SessionLost(node, "it does not answer");
        if (command is NodeCommand.TakeLock)
        {
            server.LockHolder ??= this;
            return new FailoverEvent.LockAnswered(node, server.LockHolder == this);
        }

        if (server.LockHolder != this)
            return new FailoverEvent.SessionLost(node, "the session is gone");
        return command switch
        {
            NodeCommand.ReadRecord => new FailoverEvent.RecordRead(node, step, server.Record(State.Settings, cluster.Now, cluster.Servers.Values)),
            NodeCommand.WriteRegister c when server.Register?.Term > c.Register.Term => Refused($"it has promised term {server.Register.Term}"),
            NodeCommand.WriteRegister c => Done(() => server.Register = c.Register),
            NodeCommand.CutOff c => Promised(c.Term, () => server.Upstream = ""),
            NodeCommand.ReadPosition => new FailoverEvent.PositionRead(node, step, server.Position),
            NodeCommand.SetSynchronousNames c => Promised(c.Term, () => (server.SynchronousNames, server.RefusesWrites) = (c.Names, false)),
            NodeCommand.Verify c => !c.IsCutOff || server is { InRecovery: true, Upstream: "" } ? Promised(c.Term, () => { }) : Refused("it receives WAL, or has left recovery"),
            NodeCommand.Promote c => server is { InRecovery: true, Upstream: "" } && server.SynchronousNames == c.Order.SynchronousNames && (ulong)server.Log.Length >= c.Order.Position
                ? Promised(c.Order.Term, () => server.InRecovery = false) : Refused("something did not hold"),
            NodeCommand.Repoint c => Promised(c.Term, () => server.Upstream = c.Primary),
            NodeCommand.CommitTerm c when server.InRecovery || server.Register?.Term != c.Row.Term => Refused("in recovery, or promised otherwise"),
            NodeCommand.CommitTerm c => Commit(c),
            NodeCommand.AwaitFlush c => AwaitFlush(c),
            NodeCommand.MarkEstablished c => Done(() =>
            {
                cluster.CheckEstablished(server);
                Cluster.Append(server, new Server.Entry(cluster.NextId(), Marks: c.Term));
                if (c.Ended is { } ended)
                    (server.Request, server.Outcome) = (null, ended.Outcome);
            }),
            NodeCommand.Fence c when server.InRecovery || server.Newest?.Term >= c.Term || server.Register?.Term > c.Term => Refused("it is not of an earlier term"),
            NodeCommand.StartRequest => Done(() => server.Request = null),
            NodeCommand.EndRequest c => Done(() => (server.Request, server.Outcome) = (null, c.Outcome)),
            NodeCommand.AwaitInstances => Done(() => { }),
            NodeCommand.Drain => Drain(),
            NodeCommand.Seal c when server.Register?.Term != c.Term => Refused("promised otherwise"),
            NodeCommand.Seal c => Seal(c),
            NodeCommand.AwaitSmallLag => Done(() => { }),
            NodeCommand.AwaitReplay c => Replayed(c),
            NodeCommand.Reopen c => Done(() => (server.RefusesWrites, server.SynchronousNames, server.Register) = (false, c.Names, c.Register)),
            NodeCommand.Fence c => Done(() => (server.RefusesWrites, server.SynchronousNames) = (true, SynchronousNames.Fenced(c.Term))),
            _ => throw new ArgumentOutOfRangeException(nameof(effect), command, null),
        };

        FailoverEvent Drain()
        {
            server.RefusesWrites = true;
            return new FailoverEvent.Drained(node, step, EndsSessions);
        }

        FailoverEvent Done(Action act)
        {
            act();
            return new FailoverEvent.Done(node, step, command.Name);
        }

        FailoverEvent Promised(long term, Action act) => server.Register?.Term == term ? Done(act) : Refused($"its register is of term {server.Register?.Term}");

        FailoverEvent.Failed Refused(string why) => new(node, step, command.Name, why);

        FailoverEvent Commit(NodeCommand.CommitTerm c)
        {
            Cluster.Append(server, new Server.Entry(cluster.NextId(), c.Row, At: cluster.Now, Reason: c.Reason));
            return new FailoverEvent.TermCommitted(node, step, (ulong)server.Log.Length);
        }

        FailoverEvent.Sealed Seal(NodeCommand.Seal c)
        {
            server.SynchronousNames = SynchronousNames.Fenced(c.Term);
            return new FailoverEvent.Sealed(node, step, (ulong)server.Log.Length);
        }

        FailoverEvent? Replayed(NodeCommand.AwaitReplay c)
        {
            cluster.StreamAll();
            return (ulong)server.Log.Length >= c.Lsn ? Done(() => { }) : null;
        }

        FailoverEvent? AwaitFlush(NodeCommand.AwaitFlush c)
        {
            cluster.StreamAll();
            return server.Flushed(cluster.Servers.Values, [.. c.Standbys], (int)c.Lsn) >= c.Required ? Done(() => { }) : null;
        }
    }
}
