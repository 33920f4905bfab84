using System.Globalization;
using HaConnect.Connections;
using HaConnect.Diagnostics;
using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Routing;
using HaConnect.Topology;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaConnect.Benchmarks.Deciding;

/// <summary>
/// What HaConnect knows of a cluster in peace, made from observations as probes would bring them, without servers: one primary, the rest
/// standbys that are caught up; managed (a term, one acknowledgement), which is the most to compute.
/// </summary>
internal sealed class WatchedCluster
{
    private const ulong SystemIdentifier = 7_000_000_000_000_000_000;
    private static readonly DateTime Started = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly ServerState[] _servers;
    private readonly Node[] _nodes;
    private ulong _lsn = 0x3000_0100;
    private int _next;

    internal WatchedCluster(int nodes)
    {
        Options.Failover.Mode = FailoverMode.Coordinate;
        for (var i = 1; i <= nodes; i++)
            Options.Nodes.Add(new HaNodeOptions { Name = Name(i), Host = "127.0.0.1", Port = 5432 + i });
        State = new ClusterState(Options, TimeProvider.System);
        _nodes = [.. State.Current.Nodes.Select(n => n.Node)];
        string[] standbys = [.. _nodes.Skip(1).Select(n => n.Name)];
        var term = new TermRow(1, Name(1), standbys, Required: 1, IsEstablished: true);
        _servers = [.. _nodes.Select(n => n.Index == 0 ? Primary(term, standbys) : Standby(term, n.Name))];
        for (var i = 0; i < 3 * nodes; i++)
            ObserveNext();
    }

    internal HaDatabaseOptions Options { get; } = new();

    internal ClusterState State { get; }

    /// <summary>Decides, and opens nothing.</summary>
    internal ConnectionOpener CreateOpener() => new(
        State, new NodePools(_ => throw new InvalidOperationException("Nothing is opened here.")), Options, TimeProvider.System,
        new HaMetrics("benchmark", () => State.Current), ReadPicker.LeastInUse, NullLogger.Instance, new TaskCompletionSource().Task);

    /// <summary>The probe of the next node in turn; the primary writes a little between two of its own.</summary>
    internal void ObserveNext()
    {
        var node = _nodes[_next];
        var sentAt = TimeProvider.System.GetTimestamp();
        if (_next == 0)
            _lsn += 256;
        _servers[_next] = _next == 0 ? _servers[_next] with { InsertLsn = _lsn } : _servers[_next] with { ReceiveLsn = _lsn, ReplayLsn = _lsn };
        State.Apply(NodeObservation.Answered(node, sentAt, sentAt + TimeProvider.System.TimestampFrequency / 2000, _servers[_next]));
        _next = (_next + 1) % _nodes.Length;
    }

    private static string Name(int number) => "n" + number.ToString(CultureInfo.InvariantCulture);

    private static ServerState Primary(TermRow term, string[] standbys) => Server(term, Name(1)) with
    {
        InRecovery = false,
        Senders = [.. standbys.Select(s => new SenderState(s, "127.0.0.1", "streaming", "quorum", 0x3000_0100))],
    };

    private static ServerState Standby(TermRow term, string name) => Server(term, name) with
    {
        HasReceiver = true,
        ReceiverStatus = "streaming",
        Upstream = "127.0.0.1:5433",
        LastMessageAge = TimeSpan.FromMilliseconds(100),
    };

    private static ServerState Server(TermRow term, string name) => new()
    {
        InRecovery = true,
        SystemIdentifier = SystemIdentifier,
        StartTime = Started,
        VersionNumber = 150018,
        Timeline = 1,
        SeesStatistics = true,
        SeesTerms = true,
        EstablishedTerm = term,
        NewestTerm = term,
        SeesRegister = true,
        Register = new Register(term.Term, "app", RegisterPhase.Established, new Decision(term.Term, Name(1)), new Decision(term.Term, Name(1)), name),
    };
}
