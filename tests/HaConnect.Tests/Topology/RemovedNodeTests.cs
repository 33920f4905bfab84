using HaConnect.Compatibility;
using HaConnect.Discovery;
using HaConnect.Listening;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace HaConnect.Tests.Topology;

/// <summary>Once a node was removed, the others no longer stand where their numbers say.</summary>
public sealed class RemovedNodeTests
{
    private static readonly ListedHosts s_discovery = new("unused");
    private readonly FakeTimeProvider _time = new();
    private readonly ClusterState _state;
    private readonly Node _primary;

    public RemovedNodeTests()
    {
        var options = new HaDatabaseOptions();
        options.Discovery.Sources.Add(s_discovery);
        _state = new ClusterState(options, _time);
        Discover("a", "b", "c");
        _primary = _state.Current.Nodes[2].Node;
        Answer("a", Given.Standby(started: Given.Started.AddHours(2)));
        Answer("b", Given.Standby(started: Given.Started.AddHours(3)));
        Answer("c", Given.Primary());
        Discover("c");
        Assert.Same(_primary, Assert.Single(_state.Current.Nodes).Node);
        Assert.Same(_primary, _state.Current.PrimaryNode);
    }

    [Fact]
    public async Task CompatibilitySource_PrimaryRestarted_IsHandledAll()
    {
        await using var source = new MultiHostSource(new NpgsqlDataSourceBuilder("Host=a,b").BuildMultiHost());
        var before = _state.Current;
        Answer("c", Given.Primary(started: Given.Restarted, timeline: 2));
        Assert.True(TopologyWatch.Differs(before, _state.Current));
        source.OnPublished(before, _state.Current); // what is thrown here would stop the publication of snapshots
    }

    [Fact]
    public void Listening_GoesByItsOwnNode()
    {
        var started = _state.Current.Of(_primary)!.StartedAt;
        Assert.Null(ListeningSession.LostBecause(_state.Current, _primary, started));
        Answer("c", Given.Primary(started: Given.Restarted));
        Assert.Equal("c:5432 was restarted", ListeningSession.LostBecause(_state.Current, _primary, started));
    }

    [Fact]
    public void Listening_NodeThatWasRemoved_IsLost() =>
        Assert.Equal("gone was removed", ListeningSession.LostBecause(ClusterSnapshot.Initial([]), Given.Node(7, "gone"), null));

    private void Discover(params string[] hosts) => _state.Apply(s_discovery, new DiscoveryAnswer([.. hosts.Select(h => new DiscoveredNode(h))]));

    private void Answer(string host, ServerState server)
    {
        var now = _time.GetTimestamp();
        _state.Apply(NodeObservation.Answered(_state.Current.Nodes.Single(n => n.Host == host).Node, now, now, server));
    }
}
