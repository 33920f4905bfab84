using HaConnect.Discovery;
using Microsoft.Extensions.Time.Testing;

namespace HaConnect.Tests.Discovery;

public sealed class ReportedStandbysTests
{
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromMinutes(5);
    private readonly FakeTimeProvider _time = new();
    private readonly ReportedStandbys _discovery;

    public ReportedStandbysTests() => _discovery = new ReportedStandbys(s_forgetAfter, _time);

    [Theory]
    [InlineData("db4:5433", "streaming", "db4 5433")]
    [InlineData("10.0.0.4:5432", "streaming", "10.0.0.4 5432")]
    [InlineData("[fe80::4]:5432", "streaming", "fe80::4 5432")]
    [InlineData("db4:5433", "catchup", null)]
    [InlineData("db4:5433", null, null)]
    [InlineData("walreceiver", "streaming", null)]
    [InlineData("pg_basebackup", "backup", null)]
    [InlineData("db4:port", "streaming", null)]
    [InlineData(":5432", "streaming", null)]
    [InlineData("a:1,b:2", "streaming", null)]
    [InlineData("", "streaming", null)]
    public void Of_SenderOfAPrimary_IsANodeWhereItsNameIsAnAddress(string name, string? state, string? expected)
    {
        var found = ReportedStandbys.Of([Given.Sender(name, state)]).ToList();
        Assert.Equal(expected, found is [var node] ? $"{node.Host} {node.Port}" : null);
        Assert.All(found, f => Assert.Equal(name, f.Name));
    }

    [Fact]
    public async Task DiscoverAsync_NoLongerReported_IsListedUntilItHasBeenUnreachableForSoLong()
    {
        await Discover(NodeReachability.Reachable, "db4:5433");
        _time.Advance(s_forgetAfter);
        Assert.Equal("db4:5433", await Discover(NodeReachability.Reachable)); // it receives from another one, say
        _time.Advance(s_forgetAfter - TimeSpan.FromSeconds(1));
        Assert.Equal("db4:5433", await Discover(NodeReachability.Unreachable));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("", await Discover(NodeReachability.Unreachable));
    }

    [Fact]
    public async Task DiscoverAsync_ReportedAgainInBetween_CountsAnew()
    {
        await Discover(NodeReachability.Unreachable, "db4:5433");
        _time.Advance(s_forgetAfter - TimeSpan.FromSeconds(1));
        await Discover(NodeReachability.Unreachable, "db4:5433");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("db4:5433", await Discover(NodeReachability.Unreachable));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // it is there, but does not answer
    public async Task DiscoverAsync_WhileNoPrimaryAnswers_NobodyIsForgotten(bool hasPrimary)
    {
        await Discover(NodeReachability.Unreachable, "db4:5433");
        var silent = Given.Snapshot(hasPrimary ? Given.Seen(Given.Node(0), NodeReachability.Suspect) : null, Standby(NodeReachability.Unreachable));
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(s_forgetAfter);
            Assert.Equal("db4:5433", await Discover(silent));
        }

        Assert.Equal("db4:5433", await Discover(NodeReachability.Unreachable)); // the primary is back: only now it begins to count
    }

    private Task<string> Discover(NodeReachability standby, params string[] reported) =>
        Discover(Given.Snapshot(Given.Seen(Given.Node(0), senders: [.. reported.Select(r => Given.Sender(r))]), Standby(standby)));

    private async Task<string> Discover(ClusterSnapshot snapshot) =>
        string.Join(' ', (await _discovery.DiscoverAsync(snapshot, TestContext.Current.CancellationToken)).Select(n => n.Name));

    private static NodeSnapshot Standby(NodeReachability reachability) => Given.Seen(new(1, "db4:5433", "db4", 5433, 0, isConfigured: false), reachability);
}
