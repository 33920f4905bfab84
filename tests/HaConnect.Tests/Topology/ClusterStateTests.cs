using HaConnect.Discovery;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Topology;

/// <summary>Nodes that come and go.</summary>
public sealed class ClusterStateTests
{
    private static readonly ListedHosts s_discovery = new("unused");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Apply_ListOfNodes_AddsAndRemovesThemInOneSnapshotEach()
    {
        var state = State("Host=a,b");
        var version = state.Current.Version;
        Discover(state, "c", "d");
        Assert.Equal(("a b c d", version + 1), (Nodes(state), state.Current.Version));
        var (c, d) = (state.Current.Nodes[2].Node, state.Current.Nodes[3].Node);
        Discover(state, "d", "e");
        Assert.Equal(("a b d e", version + 2), (Nodes(state), state.Current.Version));
        Assert.Null(state.Current.Of(c));
        Assert.Same(d, state.Current.Of(d)!.Node); // it has another place now
        Assert.Same(state.Current.Nodes[2], state.Current.Of(d));
        Discover(state, "d", "e");
        Assert.Equal(version + 2, state.Current.Version);
    }

    [Fact]
    public void Apply_AnswerOfANodeThatWasRemoved_IsForNobody()
    {
        var state = State("Host=a");
        Discover(state, "b", "c");
        var (b, c) = (state.Current.Nodes[1].Node, state.Current.Nodes[2].Node);
        Discover(state, "c");
        Answer(state, b, Given.Standby());
        state.HeardLate(b);
        Assert.Null(state.FactsOf(b));
        Answer(state, c, Given.Standby(started: Given.Restarted));
        Assert.Equal((NodeRole.Unknown, NodeRole.Standby), (state.Current.Nodes[0].Role, state.Current.Of(c)!.Role));
    }

    [Fact]
    public void Apply_NodeThatComesBack_BeginsAnew()
    {
        var state = State("Host=a");
        Discover(state, "b");
        var first = state.Current.Nodes[1].Node;
        Answer(state, first, Given.Standby());
        Discover(state);
        Discover(state, "b");
        Assert.NotSame(first, state.Current.Nodes[1].Node);
        Assert.NotEqual(first.Index, state.Current.Nodes[1].Node.Index);
        Assert.Equal(NodeReachability.Unknown, state.Current.Nodes[1].Reachability);
    }

    [Fact]
    public void Apply_OneOfTwoDiscoveriesNoLongerListsIt_ItStays()
    {
        var state = State("Host=a");
        var other = new ListedHosts("unused");
        Discover(state, "b");
        state.Apply(other, new DiscoveryAnswer([new("b")]));
        Discover(state);
        Assert.Equal("a b", Nodes(state));
        state.Apply(other, DiscoveryAnswer.None);
        Assert.Equal("a", Nodes(state));
    }

    [Fact]
    public void Unlisted_PrimaryInUse_GoesOnlyOnceItIsNoLongerThePrimary()
    {
        var state = State(null, options => options.Discovery.Sources.Add(s_discovery));
        Discover(state, "a", "b");
        var (a, b) = (state.Current.Nodes[0].Node, state.Current.Nodes[1].Node);
        Answer(state, a, Given.Primary());
        Answer(state, b, Given.Standby(started: Given.Restarted));
        Assert.Equal("a", state.Current.Primary!.Host);
        Discover(state, "b");
        Assert.Equal("a b", Nodes(state));
        Answer(state, b, Given.Primary(timeline: 2, started: Given.Restarted));
        Assert.Equal("b", state.Current.Primary!.Host);
        Discover(state, "b");
        Assert.Equal("b", Nodes(state));
    }

    /// <summary>A name that follows a health check drops it at the same time: the same node is to be the primary again.</summary>
    [Fact]
    public void Unlisted_PrimaryThatDoesNotAnswer_Stays()
    {
        var state = State(null, options => options.Discovery.Sources.Add(s_discovery));
        Discover(state, "a", "b");
        var a = state.Current.Nodes[0].Node;
        Answer(state, a, Given.Primary());
        Answer(state, state.Current.Nodes[1].Node, Given.Standby(started: Given.Restarted));
        state.Apply(NodeObservation.Failed(a, 200, 201, new ProbeFailure(ProbeFailureKind.Refused, "refused")));
        Assert.Null(state.Current.Primary);
        Discover(state, "b");
        Assert.Same(a, state.Current.Nodes[0].Node);
    }

    [Fact]
    public void Apply_ADiscoveryThatKnowsMoreOfANode_ItIsTakenAsThatSays()
    {
        var state = State("Host=a");
        state.Apply(new ReportedStandbys(TimeSpan.FromMinutes(5), TimeProvider.System), new DiscoveryAnswer([new("b")]));
        Assert.Null(state.Current.Nodes[1].Node.CertificateHost);
        var before = state.Current.Nodes[1].Node;
        state.Apply(s_discovery, new DiscoveryAnswer([new("b") { CertificateHost = "db.example", Zone = "east" }]));
        var node = state.Current.Nodes[1].Node;
        Assert.Equal(("db.example", "east"), (node.CertificateHost, node.Zone));
        Assert.NotSame(before, node);
        state.Apply(s_discovery, new DiscoveryAnswer([new("b") { CertificateHost = "db.example", Zone = "east" }]));
        Assert.Same(node, state.Current.Nodes[1].Node);
    }

    [Fact]
    public void Discovered_SameServerAsAConfiguredNode_IsNotUsedTwice()
    {
        var state = State("Host=a");
        Discover(state, "10.0.0.1", "b");
        var (a, twin, b) = (state.Current.Nodes[0].Node, state.Current.Nodes[1].Node, state.Current.Nodes[2].Node);
        Answer(state, a, Given.Primary());
        Answer(state, twin, Given.Primary());
        Answer(state, b, Given.Standby(started: Given.Restarted));
        Assert.Equal("a", state.Current.Primary?.Host); // two of one timeline would be none
        Assert.Contains("the same server as a:5432", state.Current.Of(twin)!.Reason, StringComparison.Ordinal);
        Assert.False(state.Current.Of(twin)!.IsQuarantined);
        Assert.Equal(["b:5432"], state.Current.ReadTiers.SelectMany(t => t.Select(r => r.Node.Name)));
    }

    [Fact]
    public void Discovered_StandbyUnderTwoAddresses_ServesUnderOneAndUnderTheOtherWhenThatIsLost()
    {
        var state = State("Host=a");
        Discover(state, "b", "10.0.0.2");
        var (a, b, twin) = (state.Current.Nodes[0].Node, state.Current.Nodes[1].Node, state.Current.Nodes[2].Node);
        Answer(state, a, Given.Primary());
        Answer(state, b, Given.Standby(started: Given.Restarted));
        Answer(state, twin, Given.Standby(started: Given.Restarted));
        Assert.Equal(["b:5432"], Targets(state));
        state.Apply(NodeObservation.Failed(b, _time.GetTimestamp(), _time.GetTimestamp(), new ProbeFailure(ProbeFailureKind.Refused, "refused")));
        Assert.Equal(["10.0.0.2:5432"], Targets(state));
    }

    [Theory]
    [InlineData("b", false, false)] // it was restarted, and DNS had dropped it meanwhile
    [InlineData("10.0.0.2", true, false)] // the same server by another address
    [InlineData("c", false, true)] // what was written at the first one may be lost
    public void Unmanaged_PrimaryThatComesBack_IsKnownAgain(string host, bool isSameProcess, bool isAmbiguous)
    {
        var state = State(null, options => options.Discovery.Sources.Add(s_discovery));
        Discover(state, "b");
        var b = state.Current.Nodes[0].Node;
        Answer(state, b, Given.Primary());
        state.Apply(NodeObservation.Failed(b, _time.GetTimestamp(), _time.GetTimestamp(), new ProbeFailure(ProbeFailureKind.Refused, "refused")));
        Discover(state);
        Assert.Same(b, Assert.Single(state.Current.Nodes).Node); // until another node is the primary
        Discover(state, host);
        Answer(state, state.Current.Nodes[^1].Node, Given.Primary(started: isSameProcess ? null : Given.Restarted));
        Assert.Equal((host, isAmbiguous), (state.Current.Primary?.Host, state.Current.Forks.Any(f => f.IsAmbiguous)));
    }

    [Theory]
    [InlineData("a:5432", "a:5432")]
    [InlineData("n1", null)] // the coordinators name it otherwise
    public void Managed_DiscoveredNode_IsThePrimaryByItsName(string primary, string? expected)
    {
        var state = State(null, options => options.Discovery.Sources.Add(s_discovery));
        Discover(state, "a");
        Answer(state, state.Current.Nodes[0].Node, Given.Primary(established: Given.Row(3, primary, 1, "b:5432")));
        Assert.Equal((expected, expected is null ? null : 3L), (state.Current.Primary?.Name, state.Current.Term));
        Assert.False(state.Current.RefusesWrites); // no voter is known, so none is missed
    }

    [Fact]
    public void Discovered_NodeOfAnotherCluster_IsRefusedAndToldSo()
    {
        var state = State("Host=a");
        Discover(state, "b");
        Answer(state, state.Current.Nodes[0].Node, Given.Primary());
        Answer(state, state.Current.Nodes[1].Node, Given.Standby(systemId: 9, started: Given.Restarted));
        Assert.Empty(Targets(state));
        Assert.True(state.Current.Nodes[1] is { IsForeign: true, IsMisconfigured: true });
        Assert.Contains("refused: its system identifier 9 is another cluster's", state.Current.Nodes[1].Reason, StringComparison.Ordinal);
        Assert.Contains("correct what it was discovered by", state.Current.Nodes[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingListed_SaysWhyNothingWasDiscovered()
    {
        var state = State(null, options => options.Discovery.Sources.Add(s_discovery));
        state.Renew();
        Assert.Equal("no node is listed, and none was discovered yet", state.Current.Reason);
        state.Apply(s_discovery, DiscoveryAnswer.None with { Failure = "no such host" });
        Assert.Equal("no node is listed, and none was discovered: the listed hosts unused: no such host", state.Current.Reason);
        Assert.False(state.Current.IsComplete); // waiting may help
    }

    /// <summary>However many callers fail at a lost node, its probes keep their pace.</summary>
    [Fact]
    public void ReportTrouble_AsksForAProbeUntilTheNodeIsKnownToBeAway()
    {
        var state = State("Host=a");
        var node = state.Current.Nodes[0].Node;
        var asked = 0;
        state.ProbeWanted += _ => asked++;
        Answer(state, node, Given.Primary());
        state.ReportTrouble(node);
        Assert.Equal(1, asked);
        state.Apply(NodeObservation.Failed(node, _time.GetTimestamp(), _time.GetTimestamp(), new ProbeFailure(ProbeFailureKind.TimedOut, "no answer")));
        state.ReportTrouble(node);
        Assert.Equal(2, asked);
        state.Apply(NodeObservation.Failed(node, _time.GetTimestamp(), _time.GetTimestamp(), new ProbeFailure(ProbeFailureKind.Refused, "refused")));
        state.ReportTrouble(node);
        Assert.Equal(2, asked);
        Answer(state, node, Given.Primary());
        state.ReportTrouble(node);
        Assert.Equal(3, asked);
    }

    private ClusterState State(string? connectionString, Action<HaDatabaseOptions>? configure = null)
    {
        var options = new HaDatabaseOptions { ConnectionString = connectionString };
        configure?.Invoke(options);
        return new ClusterState(options, _time);
    }

    private void Answer(ClusterState state, Node node, ServerState answer)
    {
        _time.Advance(TimeSpan.FromMilliseconds(10));
        state.Apply(NodeObservation.Answered(node, _time.GetTimestamp(), _time.GetTimestamp(), answer));
    }

    private static void Discover(ClusterState state, params string[] hosts) => state.Apply(s_discovery, new DiscoveryAnswer([.. hosts.Select(h => new DiscoveredNode(h))]));

    private static string Nodes(ClusterState state) => string.Join(' ', state.Current.Nodes.Select(n => n.Host));

    private static IEnumerable<string> Targets(ClusterState state) => state.Current.ReadTiers.SelectMany(t => t.Select(r => r.Node.Name));
}
