using System.Text.Json;
using HaConnect.AspNetCore.Page.Feed;
using HaConnect.Failover;
using HaConnect.Probing;
using HaConnect.Status;
using HaConnect.Topology;

namespace HaConnect.Tests.Status;

public sealed class StatusBuilderTests
{
    private static readonly TermRow s_term = Given.Row(3, "n0", 1, "n1", "n2");
    private readonly ClusterState _state;
    private readonly HaDatabaseOptions _options = new() { ConnectionString = "Username=app;Password=a secret of the application;Database=app" };

    public StatusBuilderTests()
    {
        for (var i = 0; i < 3; i++)
            _options.Nodes.Add(new HaNodeOptions { Name = $"n{i}", Host = $"host{i}", Port = 5432 });
        _options.Failover.Mode = FailoverMode.Coordinate;
        _options.Failover.ControlPassword = "a secret of the coordinator";
        _options.Failover.Replication.Password = "a secret of the standbys";
        _state = new ClusterState(_options, Given.Clock);
    }

    [Fact]
    public void Build_HealthyCluster_ShowsRolesLinksAndWhoCoordinates()
    {
        Healthy();
        var view = Build();
        Assert.Equal((Levels.Ok, "Writes go to n0; every node is well", "n0", 3L), (view.Level, view.Headline, view.Primary, view.Term));
        Assert.Equal(["n0 primary", "n1 standby", "n2 standby"], view.Nodes.Select(n => $"{n.Name} {n.Role}"));
        Assert.Equal([new LinkStatus("n0", "host0:5432", "n1", "streaming", "quorum"), new LinkStatus("n0", "host0:5432", "n2", "streaming", "async")], view.Links);
        Assert.Equal(["quorum", "async"], view.Nodes.Skip(1).Select(n => n.SyncState));
        Assert.All(view.Nodes.Skip(1), n => Assert.NotNull(n.LagMs));
        Assert.Equal((true, "This instance (me) is the coordinator."), (view.Coordinator.IsThisInstance, view.Coordinator.Sentence));
    }

    [Fact]
    public void Build_StandbyKnowsItsUpstreamByAnotherAddress_TheSendersListTells()
    {
        Healthy(upstream: "10.0.0.1:5432");
        Assert.All(Build().Links, l => Assert.Equal(("n0", "10.0.0.1:5432"), (l.From, l.FromAddress)));
    }

    [Fact]
    public void Build_NodeThatDoesNotAnswer_IsStaleAndReceivesNothing()
    {
        Healthy();
        Fail(2, ProbeFailureKind.Refused);
        var view = Build();
        var n2 = view.Nodes[2];
        Assert.Equal(("unreachable", true, null), (n2.Reachability, n2.IsStale, n2.LatencyMs));
        Assert.Equal(["n1"], view.Links.Select(l => l.To));
        Assert.Equal((Levels.Warn, "Writes go to n0; n2 needs attention"), (view.Level, view.Headline));
    }

    [Fact]
    public void Build_PrimaryLost_SaysForHowLongAndNeverPretendsToKnowThePause()
    {
        Healthy();
        Fail(0, ProbeFailureKind.Refused);
        var view = Build(gap: TimeSpan.FromSeconds(2.4));
        Assert.Equal((Levels.Bad, "No primary for 2 s: writes wait", 2.4, null), (view.Level, view.Headline, view.WriteGap, view.Primary));

        // The standbys that have to ack have what was recorded; where one of them is away, nobody can tell.
        Assert.False(view.IsPaused);
        Fail(2, ProbeFailureKind.Refused);
        Assert.Null(Build().IsPaused);
        Answer(1, Given.Standby(established: s_term) with { SeesPauses = true, IsPaused = true });
        Assert.True(Build().IsPaused);
        Assert.Equal("other", view.Nodes[0].Role);
        Assert.True(view.Nodes[0].IsStale);
    }

    [Fact]
    public void Build_Pauses_AreSeenOnThePrimaryOnly()
    {
        Healthy();
        Assert.False(Build().IsPaused);
        Answer(0, Primary() with { SeesPauses = true, IsPaused = true, Maintained = ["n2"] });
        var view = Build();
        Assert.True(view.IsPaused);
        Assert.Equal([false, false, true], view.Nodes.Select(n => n.IsMaintained));
        Answer(0, Primary() with { SeesTerms = false, EstablishedTerm = s_term, SeesPauses = false });
        Assert.Null(Build().IsPaused);
    }

    [Fact]
    public void Build_OthersHoldTheLocks_TheirNameIsThatOfTheNewestPromise()
    {
        Healthy();
        Answer(0, Primary() with { CoordinatorLockHeld = true, Register = new Register(3, "web-7", RegisterPhase.Promised, HaConnect.Failover.Decision.None, HaConnect.Failover.Decision.None, "n0") });
        Assert.Equal("This instance may be elected, and is not now. Another instance holds the coordinator's locks of n0. Who acted last, in term 3, was web-7.", Build(office: new Office("me", false, false)).Coordinator.Sentence);
        Answer(0, Primary());
        Assert.EndsWith("nobody is elected, as far as is seen from here.", Build(office: new Office("me", false, false)).Coordinator.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Event_View_HasNoSecretInIt()
    {
        Healthy();
        var text = System.Text.Encoding.UTF8.GetString(PageJson.Event("state", Build(), PageJson.Default.ClusterStatus).Span);
        Assert.DoesNotContain("secret", text, StringComparison.OrdinalIgnoreCase);
        using var json = JsonDocument.Parse(text.Split("data: ")[1]);
        Assert.Equal("n0", json.RootElement.GetProperty("primary").GetString());
    }

    [Fact]
    public void Between_FailoverAndReturn_IsToldInOrder()
    {
        var told = new List<string>();
        _state.Published += (before, after) =>
        {
            if (TopologyWords.Differs(before, after))
                told.AddRange(TopologyWords.Between(before, after).Select(s => $"{s.Level}: {s.Text}"));
        };
        Healthy();
        told.Clear();
        Fail(0, ProbeFailureKind.Refused);
        var next = Given.Row(4, "n1", 1, "n2");
        Answer(1, Given.Primary(timeline: 2, established: next));
        Answer(0, Primary());
        Assert.Contains(told, t => t.StartsWith("bad: no primary any more (n0 was it)", StringComparison.Ordinal));
        Assert.Contains(told, t => t.StartsWith("bad: n0 cannot be reached", StringComparison.Ordinal));
        Assert.Contains("ok: n1 is the primary on timeline 2: established primary of term 4; its commits wait for 1 of n2", told);
        Assert.Contains(told, t => t.StartsWith("ok: n0 answers again: quarantined", StringComparison.Ordinal));
    }

    private ClusterStatus Build(TimeSpan gap = default, Office? office = null) => StatusBuilder.Build(new StatusInput
    {
        Snapshot = _state.Current,
        Options = _options,
        Office = office ?? new Office("me", IsHeld: true, Acts: true),
        WriteGap = gap,
    });

    private void Healthy(string upstream = "host0:5432")
    {
        // Nothing is proven before every node has been probed once.
        for (var round = 0; round < 2; round++)
        {
            Answer(0, Primary());
            for (var i = 1; i < 3; i++)
                Answer(i, Given.Standby(established: s_term) with { Upstream = upstream });
        }
    }

    private static ServerState Primary() => Given.Primary(established: s_term) with
    {
        SynchronousStandbyNames = "ANY 1 (\"n1\",\"n2\")",
        Senders = [new SenderState("n1", "10.0.0.2", "streaming", "quorum", null), new SenderState("n2", "10.0.0.3", "streaming", "async", null)],
    };

    private void Answer(int node, ServerState state)
    {
        var sentAt = Given.Clock.GetTimestamp();
        Given.Clock.Advance(TimeSpan.FromMilliseconds(1));
        _state.Apply(NodeObservation.Answered(_state.Current.Nodes[node].Node, sentAt, Given.Clock.GetTimestamp(), state));
    }

    private void Fail(int node, ProbeFailureKind kind) =>
        _state.Apply(NodeObservation.Failed(_state.Current.Nodes[node].Node, Given.Clock.GetTimestamp(), Given.Clock.GetTimestamp(), new ProbeFailure(kind, "connection refused")));
}
