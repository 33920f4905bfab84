using HaConnect.Failover;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Promotion;
using HaConnect.Options;
using HaConnect.Probing;

namespace HaConnect.Model;

/// <summary>The shipped machine of one coordinator, which is told what happens to the model's and must then stand where that one stands.</summary>
internal sealed class Twin
{
    private readonly Bounds _bounds;
    private readonly List<Effect.AtNode> _asked = [];
    private FailoverState _state;

    internal Twin(Bounds bounds, int coordinator)
    {
        _bounds = bounds;
        var nodes = Enumerable.Range(0, bounds.DataNodes).Select(NameOf).ToList();
        var settings = new FailoverSettings
        {
            Coordinator = $"c{coordinator + 1}",
            Voters = [.. Enumerable.Range(0, bounds.Voters).Select(v => new Voter(NameOf(v), v >= bounds.DataNodes, 0))],
            ControlDatabase = "postgres",
            Required = bounds.Required,
            MaxDataLossBytes = long.MaxValue,
            MaxFailovers = 1000,
            FailoverWindow = TimeSpan.FromMinutes(10),
            Conninfo = new ConninfoBuilder(new ReplicationOptions { Username = "repl" }, [.. nodes.Select(n => new ConfiguredNode(n, n, 5432, 0))]),
        };
        _state = FailoverState.Initial(settings) with
        {
            Established = new TermRow(1, "n0", bounds.Required > 0 ? nodes[1..^bounds.Unnamed] : [], bounds.Required, IsEstablished: true),
            EstablishedIsEverywhere = true,
        };
    }

    internal FailoverState State => _state;

    internal IReadOnlyList<Effect.AtNode> Asked => _asked;

    internal string NameOf(int voter) => voter < _bounds.DataNodes ? $"n{voter}" : $"w{voter - _bounds.DataNodes + 1}";

    internal void Tell(FailoverEvent happened)
    {
        (_state, var effects) = FailoverMachine.Next(_state, happened);
        _asked.AddRange(effects.OfType<Effect.AtNode>());
        _asked.RemoveAll(e => e.StepNumber != _state.StepNumber);
        foreach (var mark in _asked.Where(e => e.Command is NodeCommand.WriteRegister { Register.Phase: RegisterPhase.Established } or NodeCommand.Fence or NodeCommand.EndRequest
            || (e.Command is NodeCommand.SetSynchronousNames && _state.Goal == Goal.Confirm)).ToList())
        {
            // The registers that are written beside the mark bind nobody further, an old primary that is fenced could ack nothing before, and a
            // confirmed one keeps its names: the model leaves them out.
            _asked.Remove(mark);
            Tell(new FailoverEvent.Done(mark.Node, mark.StepNumber, mark.Command.Name));
        }
    }

    internal void Verdict(VerdictKind kind, int primary) => Tell(new FailoverEvent.VerdictChanged(new PrimaryVerdict(kind, NameOf(primary), $"{kind}", null, _bounds.DataNodes)));

    internal void Lose(int v)
    {
        _asked.RemoveAll(e => e.Node == NameOf(v));
        Tell(new FailoverEvent.SessionLost(NameOf(v), "the session is gone"));
    }

    internal void Grace() => Tell(new FailoverEvent.GraceOver(_state.StepNumber));

    internal void Time() => Tell(new FailoverEvent.TimeOver(_state.StepNumber));

    /// <summary>Takes it from wherever it waits in peace to where the records are read for a term.</summary>
    internal void BeginReading(World world, int read)
    {
        if (_state.Step == Step.Watching)
            Grace();
        if (_state.Step == Step.Electing)
            AnswerReads(world, read);
        if (_state.Step == Step.Leading)
            Grace();
        if (_state.Step == Step.Surveying)
            AnswerReads(world, read);
    }

    /// <summary>Whoever is read answers; the others' locks are another's, or they do not answer in time.</summary>
    internal void AnswerReads(World world, int read)
    {
        var step = _state.StepNumber;
        foreach (var effect in _asked.OrderByDescending(e => (read >> IndexOf(e.Node) & 1) != 0).ToList())
        {
            var v = IndexOf(effect.Node);
            var isRead = (read >> v & 1) != 0;
            if (_state.StepNumber != step)
                return;
            if (effect.Command is NodeCommand.TakeLock)
                Tell(new FailoverEvent.LockAnswered(effect.Node, isRead));
            else if (isRead)
                Tell(new FailoverEvent.RecordRead(effect.Node, effect.StepNumber, Record(world, v)));
            else if (!_state.Voters[effect.Node].HoldsLock)
                Tell(new FailoverEvent.Failed(effect.Node, effect.StepNumber, effect.Command.Name, "its lock is not held"));
        }

        if (_state.StepNumber == step)
            Grace();
    }

    /// <summary>The voter has carried out an order of this step; late answers are not told, since the machine takes no notice of them.</summary>
    internal void Answer(World after, int v, Order order, bool refused, (int Term, int Length) position)
    {
        if (_asked.FirstOrDefault(e => e.Node == NameOf(v) && IsOf(e.Command, order)) is not { } effect)
            throw new ReplayException($"{order} was carried out by {NameOf(v)}, but the machine has asked for {string.Join(", ", _asked.Select(Text))} in {_state.Step}");
        _asked.Remove(effect);
        if (refused)
            Tell(new FailoverEvent.Failed(effect.Node, effect.StepNumber, effect.Command.Name, "refused"));
        else if (effect.Command is NodeCommand.ReadPosition)
            Tell(new FailoverEvent.PositionRead(effect.Node, effect.StepNumber, new StandbyPosition(RowOf(after, after.Servers[v].Wal.Newest(Wal.Row), after.Servers[v].Wal), (ulong)position.Length, (ulong)position.Length)));
        else if (effect.Command is NodeCommand.CommitTerm)
            Tell(new FailoverEvent.TermCommitted(effect.Node, effect.StepNumber, (ulong)after.Servers[v].Wal.Length));
        else
            Tell(new FailoverEvent.Done(effect.Node, effect.StepNumber, effect.Command.Name));
    }

    internal static string Text(Effect.AtNode effect) => $"{effect.Command.Name}@{effect.Node}";

    /// <summary>Which command of the machine an order of the model is.</summary>
    internal static bool IsOf(NodeCommand command, Order order) => order switch
    {
        Order.Promise => command is NodeCommand.WriteRegister { Register.Phase: RegisterPhase.Promised },
        Order.CutOff or Order.AwaitCutOff => command is NodeCommand.CutOff,
        Order.ReadPosition => command is NodeCommand.ReadPosition,
        Order.Decide => command is NodeCommand.WriteRegister { Register.Phase: RegisterPhase.Decided },
        Order.Accept => command is NodeCommand.WriteRegister { Register.Phase: RegisterPhase.Accepted },
        Order.SetNames or Order.Open => command is NodeCommand.SetSynchronousNames,
        Order.Verify => command is NodeCommand.Verify,
        Order.Promote => command is NodeCommand.Promote,
        Order.CommitTerm => command is NodeCommand.CommitTerm,
        Order.Repoint or Order.PointBack => command is NodeCommand.Repoint,
        Order.AwaitFlush => command is NodeCommand.AwaitFlush,
        Order.MarkEstablished => command is NodeCommand.MarkEstablished,
        _ => false,
    };

    internal int IndexOf(string name) => Enumerable.Range(0, _bounds.Voters).First(v => NameOf(v) == name);

    internal VoterRecord Record(World w, int v)
    {
        ref var s = ref w.Servers[v];
        var register = s.Promised == 0 ? null
            : new Register(s.Promised, s.Owner == 0 ? "c1" : $"c{s.Owner}", s.DecisionTerm == s.Promised ? RegisterPhase.Decided : RegisterPhase.Promised,
                new Decision(s.DecisionTerm, s.Decision == 0 ? "" : NameOf(s.Decision - 1)), Decision.None, NameOf(v));
        if (v >= _bounds.DataNodes)
            return new VoterRecord { InRecovery = false, SystemIdentifier = 1, Register = register };
        var names = s.InRecovery || !s.IsSynchronous ? ""
            : _bounds.Required == 0 ? SynchronousNames.Pending(s.PrimaryOf)
            : SynchronousNames.Format(_bounds.Required, NamesIn(s.Names));
        var mark = s.Wal.Newest(Wal.Mark);
        return new VoterRecord
        {
            InRecovery = s.InRecovery,
            SystemIdentifier = 7,
            VersionNumber = 18_00_01,
            WalReceiverTimeout = TimeSpan.FromSeconds(2),
            Register = register,
            NewestTerm = RowOf(w, s.Wal.Newest(Wal.Row), s.Wal),
            EstablishedTerm = RowOf(w, mark, s.Wal),
            StoredVoters = [.. _state.Settings.Voters.Select(x => x.Name)],
            StoredControlDatabase = "postgres",
            SynchronousNamesText = names,
            SynchronousNames = SynchronousNames.Parse(names),
            PrimaryConninfo = !s.InRecovery || s.Upstream == 0 ? "" : _state.Settings.Conninfo.Build(NameOf(v), NameOf(s.Upstream - 1)),
        };
    }

    private TermRow RowOf(World w, (int Term, int Primary) row, Wal wal)
    {
        var names = NamesIn(w.NamesOf(row.Term, row.Primary));
        return new TermRow(row.Term, NameOf(row.Primary), names, _bounds.Required, row.Term == 1 || wal.Has(Wal.MarkOf(row.Term, row.Primary)));
    }

    private List<string> NamesIn(int mask) => [.. Enumerable.Range(0, _bounds.DataNodes).Where(n => (mask >> n & 1) != 0).Select(NameOf)];
}
