using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Simulation.Network;
using HaConnect.Simulation.Running;
using HaConnect.Simulation.Servers;
using HaConnect.Topology;

namespace HaConnect.Simulation.Instances;

/// <summary>Probes one node: the rhythm of the shipped probe loop, with what the simulated server shows.</summary>
internal sealed class NodeWatch(SimInstance instance, Node node, SimServer server)
{
    private readonly ProbePace _pace = new(node, instance.World.Options, instance.Clock);
    private SimSession? _session;
    private bool _isProbing;
    private bool _wokenWhileProbing;
    private int _pause;

    internal Node Node => node;

    /// <summary>An answer has come in since the other nodes were last woken for it.</summary>
    internal bool IsNews { get; set; }

    private World World => instance.World;

    private long Timeout => (long)World.Options.Probing.Timeout.TotalMicroseconds;

    internal void Wake()
    {
        if (_isProbing)
            _wokenWhileProbing = true;
        else
            Probe();
    }

    private void Probe()
    {
        _isProbing = true;
        _pause++;
        if (_session is { IsUsable: true } session)
        {
            Ask(session);
            return;
        }

        var sentAt = instance.Clock.GetTimestamp();
        new SimSessionSource(instance, server, lease: 0).Open(
            opened =>
            {
                opened.IsProbe = true;
                Ask(_session = opened);
                return true;
            },
            error =>
            {
                Answered(NodeObservation.Failed(node, sentAt, instance.Clock.GetTimestamp(), ErrorClassifier.Classify(error)));
                return true;
            },
            Timeout);
    }

    private void Ask(SimSession session)
    {
        var call = new ProbeCall(this, instance.Clock.GetTimestamp());
        var isHeld = instance.Cluster.Current.HoldsWrites && node.Load.Writes == 0;
        session.Post(call, Timeout, () => session.Run(call, s =>
        {
            s.LastProbe = (World.Scheduler.Now, isHeld);
            s.Answer(call, new SimRow(Read(s.Process)));
        }));
    }

    private void Answered(NodeObservation observation)
    {
        if (observation.State is null)
        {
            _session?.Close();
            _session = null;
        }

        IsNews = observation.State is not null;
        instance.Cluster.Apply(observation);
        _isProbing = false;
        if (_wokenWhileProbing)
        {
            _wokenWhileProbing = false;
            Probe();
            return;
        }

        var pause = ++_pause;
        instance.Actor.After((long)_pace.After(instance.Cluster.Current).TotalMicroseconds, () =>
        {
            if (pause == _pause && !_isProbing)
                Probe();
        });
    }

    /// <summary>What the probing statement answers at a server.</summary>
    internal static ServerState Read(ServerProcess p)
    {
        var receiver = p.InRecovery ? p.Startup.Receiver : null;
        var established = p.Server.World.Config.DoesBreak(Breaks.ServeBeforeEstablished) ? Pretend(p.Terms.Newest) : p.Terms.Established;
        return new ServerState
        {
            InRecovery = p.InRecovery,
            SystemIdentifier = 1,
            StartTime = p.StartTime,
            VersionNumber = 150_018,
            Timeline = p.Disk.Timeline,
            InsertLsn = p.InRecovery ? null : Wal.Lsn(p.Disk.Wal.Count),
            ReceiveLsn = p.InRecovery ? p.Startup.Received : null,
            ReplayLsn = p.InRecovery ? Wal.Lsn(p.Replayed) : null,
            SegmentSize = Wal.SegmentSize,
            SeesStatistics = true,
            HasReceiver = receiver is not null,
            ReceiverStatus = receiver?.Status,
            Upstream = receiver is null ? null : HaConnect.Options.ConfiguredNode.NameOf(receiver.Upstream.Name, World.DefaultPort),
            LastMessageAge = receiver is null ? null : TimeSpan.FromMicroseconds(receiver.SilentFor),
            WalReceiverTimeout = TimeSpan.FromMicroseconds(WalReceiver.Timeout),
            SynchronousStandbyNames = p.Setting("synchronous_standby_names"),
            Senders = p.InRecovery ? [] : [.. p.Senders.Select(x => new SenderState(x.StandbyName, x.StandbyName, x.IsStreaming ? "streaming" : "startup",
                x.IsSynchronous ? "quorum" : "async", Wal.Lsn(x.Flushed)))],
            Register = Register.Parse(p.Disk.Settings.GetValueOrDefault("haconnect.term")),
            SeesRegister = true,
            LoadedRegister = Register.Parse(p.Setting("haconnect.term")),
            EstablishedTerm = established,
            NewestTerm = p.Terms.Newest,
            SeesTerms = p.Terms.HasSchema,
            CoordinatorLockHeld = p.LockHolder is not null,
        };
    }

    /// <summary>The planted break: a row that can be seen is taken for an established one.</summary>
    private static TermRow? Pretend(TermRow? row) => row is null ? null : row with { IsEstablished = true };

    private sealed class ProbeCall(NodeWatch watch, long sentAt) : SimSession.ICall
    {
        public bool IsDone { get; private set; }

        private long Now => watch.Instance.Clock.GetTimestamp();

        public void Succeed(SimRow row)
        {
            IsDone = true;
            watch.Answered(NodeObservation.Answered(watch.Node, sentAt, Now, row.GetFieldValue<ServerState>(0)));
        }

        public void Fail(Exception exception)
        {
            IsDone = true;
            watch.Answered(NodeObservation.Failed(watch.Node, sentAt, Now, ErrorClassifier.Classify(exception)));
        }
    }

    private SimInstance Instance => instance;
}
