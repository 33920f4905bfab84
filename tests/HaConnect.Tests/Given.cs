using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests;

/// <summary>Nodes, server states and facts, as tests need them: everything has a default, each test names what it is about.</summary>
internal static class Given
{
    internal const ulong SystemId = 7_000_000_001;

    internal static readonly DateTime Started = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    internal static readonly DateTime Restarted = Started.AddHours(1);

    internal static Node Node(int index, string? name = null, bool isConfigured = true, int priority = 0) =>
        new(index, name ?? $"n{index}", $"host{index}", 5432, priority, isConfigured);

    internal static NodeSnapshot Seen(Node node, NodeReachability reachability = NodeReachability.Reachable, params SenderState[] senders) =>
        new(node) { Reachability = reachability, Senders = senders, Reason = "as given" };

    internal static ClusterSnapshot Snapshot(NodeSnapshot? primary, params NodeSnapshot[] others) =>
        new() { Nodes = primary is null ? others : [primary, .. others], Primary = primary, TakenAt = default, Reason = "as given" };

    internal static SenderState Sender(string name, string? state = "streaming") => new(name, "10.0.0.4", state, "async", null);

    internal static ServerState Primary(ulong insert = 0x1000, int? timeline = 1, DateTime? started = null, TermRow? established = null, TermRow? newest = null, ulong systemId = SystemId) => new()
    {
        InRecovery = false,
        SystemIdentifier = systemId,
        StartTime = started ?? Started,
        VersionNumber = 150013,
        Timeline = timeline,
        InsertLsn = insert,
        SeesStatistics = true,
        SeesRegister = true,
        SeesTerms = established is not null || newest is not null,
        EstablishedTerm = established,
        NewestTerm = newest ?? established,
    };

    internal static ServerState Standby(ulong replay = 0x1000, int? timeline = 1, DateTime? started = null, TermRow? established = null, TermRow? newest = null, ulong systemId = SystemId) => new()
    {
        InRecovery = true,
        SystemIdentifier = systemId,
        StartTime = started ?? Started,
        VersionNumber = 150013,
        Timeline = timeline,
        ReceiveLsn = replay,
        ReplayLsn = replay,
        HasReceiver = true,
        ReceiverStatus = "streaming",
        LastMessageAge = TimeSpan.FromMilliseconds(100),
        WalReceiverTimeout = TimeSpan.FromSeconds(2),
        SeesStatistics = true,
        SeesRegister = true,
        SeesTerms = established is not null || newest is not null,
        EstablishedTerm = established,
        NewestTerm = newest ?? established,
    };

    internal static TermRow Row(long term, string primary, int required = 1, params string[] standbys) => new(term, primary, standbys, required, IsEstablished: true);

    internal static NodeFacts Facts(Node node) => new(node);

    internal static NodeFacts Answers(this NodeFacts facts, ServerState state, long sentAt = 100, long receivedAt = 101) =>
        facts.After(NodeObservation.Answered(facts.Node, sentAt, receivedAt, state), Clock);

    internal static NodeFacts Fails(this NodeFacts facts, ProbeFailureKind kind, int times = 1, string message = "it failed")
    {
        for (var i = 0; i < times; i++)
            facts = facts.After(NodeObservation.Failed(facts.Node, 100, 101, new ProbeFailure(kind, message)), Clock);
        return facts;
    }

    internal static FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
}
