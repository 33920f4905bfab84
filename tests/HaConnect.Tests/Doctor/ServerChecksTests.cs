using HaConnect.Doctor;

namespace HaConnect.Tests.Doctor;

public sealed class ServerChecksTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_NodeThatCannotBeRewound_HasAStatementThatMendsIt(bool coordinates) =>
        Assert.Equal("run there: ALTER SYSTEM SET wal_log_hints = on; and restart it",
            Healthy.Cluster(coordinates).WithServer("a", s => s with { CanBeRewound = false }).Only(FindingSeverity.Warning, "a", "a has neither data checksums nor wal_log_hints = on").Remedy);

    [Fact]
    public void Of_HotStandbyOff_MattersOnceItIsAStandby() =>
        Assert.Equal("run there: ALTER SYSTEM SET hot_standby = on; and restart it",
            Healthy.Cluster().WithServer("p", s => s with { HotStandby = false }).Only(FindingSeverity.Warning, "p", "p has hot_standby = off: as a standby").Remedy);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_CommitOverride_IsToldOnceAndForThePrimary(bool coordinates)
    {
        var seen = Healthy.Cluster(coordinates);
        seen = seen.Nodes.Aggregate(seen, (all, n) => all.WithServer(n.Node, s => s with { CommitOverrides = [("role app has synchronous_commit = off", "ALTER ROLE app RESET synchronous_commit")] }));
        var finding = seen.Only(FindingSeverity.Warning, "p", "role app has synchronous_commit = off: what its sessions commit is acked before a standby has flushed it");
        Assert.Equal("run at the primary: ALTER ROLE app RESET synchronous_commit", finding.Remedy);
    }

    [Fact]
    public void Of_CommitOverrideWithAsynchronousReplication_IsNone() =>
        Assert.Empty(Healthy.Problems(Healthy.Cluster(required: 0).WithServer("p", s => s with { CommitOverrides = [("x", "y")] })));
}
