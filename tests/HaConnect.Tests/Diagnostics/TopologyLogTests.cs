using HaConnect.Diagnostics;
using HaConnect.Topology;
using Microsoft.Extensions.Logging.Testing;

namespace HaConnect.Tests.Diagnostics;

public sealed class TopologyLogTests
{
    private static readonly Node s_a = Given.Node(0, "a");
    private static readonly Node s_b = Given.Node(1, "b");
    private readonly FakeLogger _logger = new();

    [Theory]
    // Each node as role (P, S) and reachability (+ reachable, ? suspect, - unreachable, . unknown, ! misconfigured); * marks the primary. Then what is logged.
    [InlineData(".. ..", "P+* S+", "1001 1003 1003")]
    [InlineData("P+* S+", "P+* S+", "")]
    [InlineData("P+* S+", "P?* S+", "")]
    [InlineData("P?* S+", "P+* S+", "")]
    [InlineData("P+* S+", "P- S+", "1002 1004")]
    [InlineData("P- S+", "P- S+", "")]
    [InlineData("P- S+", "P- P+*", "1001")]
    [InlineData("P+* S+", "P+* S-", "1004")]
    [InlineData("P+* S-", "P+* S+", "1003")]
    [InlineData("P+* S+", "P+* S!", "1005")]
    [InlineData("P+* S!", "P+* S!", "")]
    [InlineData("P- P+*", "P+ P+*", "1003 1006")]
    [InlineData("P+ P+*", "P+ P+*", "")]
    [InlineData("P+* S+", "P+ P+*", "1001 1006")]
    [InlineData("P+ P+", "P+ P+*", "1001 1006")]
    public void Write_TwoSnapshots_LogsWhatChanged(string before, string after, string expected)
    {
        TopologyLog.Write(_logger, Parse(before), Parse(after));
        Assert.Equal(expected, string.Join(' ', _logger.Collector.GetSnapshot().Select(r => r.Id.Id).Order()));
    }

    [Fact]
    public void Write_NewTermOfTheSamePrimary_IsLogged()
    {
        TopologyLog.Write(_logger, Parse("P+* S+", term: 1), Parse("P+* S+", term: 2));
        Assert.Equal("Primary is a, timeline 3, term 2: why.", Assert.Single(_logger.Collector.GetSnapshot()).Message);
    }

    [Fact]
    public void Write_ReplicationStallsAndGoesOn_IsLoggedOnceEach()
    {
        ClusterSnapshot[] snapshots = [Parse("P+* S+"), Parse("P+* S+", isStalled: true), Parse("P+* S+", isStalled: true), Parse("P+* S+"), Parse("P+* S+")];
        for (var i = 1; i < snapshots.Length; i++)
            TopologyLog.Write(_logger, snapshots[i - 1], snapshots[i]);
        Assert.Equal(["Commits on a wait: node.", "Commits on a are acked again: enough of its synchronous standbys stream."], _logger.Collector.GetSnapshot().Select(r => r.Message));
    }

    [Fact]
    public void Write_MajorityGoesOutOfSightAndComesBack_IsLoggedOnceEach()
    {
        ClusterSnapshot[] snapshots = [Parse("P+* S+"), Parse("P+* S-", isWithoutMajority: true), Parse("P+* S-", isWithoutMajority: true), Parse("P+* S-"), Parse("P+* S-")];
        for (var i = 1; i < snapshots.Length; i++)
            TopologyLog.Write(_logger, snapshots[i - 1], snapshots[i]);
        Assert.Equal(
            ["1009 Without a majority: b is not seen.", "1010 Enough voters are in sight again: nothing is refused for the lack of them."],
            _logger.Collector.GetSnapshot().Where(r => r.Id.Id is 1009 or 1010).Select(r => $"{r.Id.Id} {r.Message}"));
    }

    [Fact]
    public void Write_DiscoveredNode_IsTold()
    {
        TopologyLog.Write(_logger, Parse("P+*"), Parse("P+* S."));
        Assert.Equal("Node b was discovered at host1:5432.", Assert.Single(_logger.Collector.GetSnapshot()).Message);
    }

    [Fact]
    public void Write_RemovedNode_IsTold()
    {
        TopologyLog.Write(_logger, Parse("P+* S+"), Parse("P+*"));
        Assert.Equal("Node b was removed: no discovery lists it any more.", Assert.Single(_logger.Collector.GetSnapshot()).Message);
    }

    private static ClusterSnapshot Parse(string text, long? term = null, bool isStalled = false, bool isWithoutMajority = false)
    {
        NodeSnapshot? primary = null;
        var hasPrimary = text.Contains('*', StringComparison.Ordinal);
        var nodes = text.Split(' ').Select((t, i) =>
        {
            var node = new NodeSnapshot(i == 0 ? s_a : s_b)
            {
                Role = t[0] switch { 'P' => NodeRole.Primary, 'S' => NodeRole.Standby, _ => NodeRole.Unknown },
                Reachability = t[1] switch { '+' => NodeReachability.Reachable, '?' => NodeReachability.Suspect, '.' => NodeReachability.Unknown, _ => NodeReachability.Unreachable },
                IsMisconfigured = t[1] == '!',
                IsQuarantined = t == "P+" && hasPrimary,
                Timeline = 3,
                Reason = "node",
            };
            if (t.EndsWith('*'))
                primary = node;
            return node;
        }).ToArray();
        return new ClusterSnapshot
        {
            Nodes = nodes,
            Primary = primary,
            Term = term,
            IsReplicationStalled = isStalled,
            IsWithoutMajority = isWithoutMajority,
            MajorityReason = isWithoutMajority ? "b is not seen" : null,
            TakenAt = default,
            Reason = "why",
        };
    }
}
