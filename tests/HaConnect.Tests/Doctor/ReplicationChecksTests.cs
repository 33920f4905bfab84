using HaConnect.Doctor;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;

namespace HaConnect.Tests.Doctor;

public sealed class ReplicationChecksTests
{
    [Fact]
    public void Of_SynchronousStandbyThatDoesNotStream_IsNamed()
    {
        Healthy.Cluster().WithServer("p", s => s with { Senders = [("a", true)] }).Only(FindingSeverity.Warning, "p", "b is in synchronous_standby_names of p but does not stream");
        Healthy.Cluster().WithServer("p", s => s with { Senders = [("a", true), ("b", false)] }).Only(FindingSeverity.Warning, "p", "b is in synchronous_standby_names");
        Assert.Empty(Healthy.Problems(Healthy.Cluster().WithServer("p", s => s with { Senders = [("A", true), ("B", true)] }))); // as PostgreSQL compares
    }

    [Fact]
    public void Of_NamesThatNobodyShallBear_AreNoFinding()
    {
        foreach (var names in (string[])[SynchronousNames.Pending(2), SynchronousNames.Fenced(2), SynchronousNames.Fencing(2), "*", ""])
            Assert.Empty(ReplicationChecks.Find(Healthy.Cluster(coordinates: false).WithServer("p", s => s with { SynchronousNamesText = names })));
    }

    [Fact]
    public void Of_TwoConnectionsUnderOneName_AreTold()
    {
        var finding = Healthy.Cluster().WithServer("p", s => s with { Senders = [("a", true), ("b", true), ("a", true)] }).Only(FindingSeverity.Warning, "p", "2 connections replicate from p under the name a");
        Assert.Contains("its own application_name", finding.Remedy, StringComparison.Ordinal);
        Assert.Empty(Healthy.Problems(Healthy.Cluster().WithServer("p", s => s with { Senders = [("a", true), ("b", true), ("walreceiver", true), ("walreceiver", true)] })));
    }

    [Theory]
    [InlineData(0, "max_connections", 100)]
    [InlineData(1, "max_worker_processes", 8)]
    [InlineData(4, "max_locks_per_transaction", 64)]
    public void Of_StandbyWithLessThanItsPrimary_WouldStop(int limit, string name, int value)
    {
        var finding = Healthy.Cluster().WithServer("b", s => s with { Limits = [.. s.Limits.Select((v, i) => i == limit ? v - 1 : v)] }).Only(FindingSeverity.Warning, "b", $"b has {name} = {value - 1}, less than the {value} of p");
        Assert.Equal($"run there: ALTER SYSTEM SET {name} = {value}; and restart it", finding.Remedy);
        Assert.Empty(Healthy.Problems(Healthy.Cluster().WithServer("b", s => s with { Limits = [.. s.Limits.Select(v => v + 1)] })));
    }

    [Fact]
    public void Of_TooFewSendersForThePrimary_IsTold()
    {
        var seen = Healthy.Cluster();
        seen = seen.Nodes.Aggregate(seen, (all, n) => all.WithServer(n.Node, s => s with { Limits = [100, 8, 1, 0, 64] }));
        var findings = Healthy.Problems(seen);
        Assert.Equal(["p", "a", "b"], findings.Select(f => f.Node));
        Assert.All(findings, f => Assert.Contains("has max_wal_senders = 1, but as the primary it has 2 standbys", f.Problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_TwoOutOfRecovery_TheEstablishedOneIsThePrimary()
    {
        var seen = Healthy.Cluster().WithServer("a", s => s with { InRecovery = false, SynchronousNamesText = SynchronousNames.Fenced(2) });
        Assert.Contains(Healthy.Problems(seen), f => f.Problem.Contains("none was found", StringComparison.Ordinal));
        seen = seen.WithRecord("p", r => r with { EstablishedTerm = new TermRow(2, "p", ["a", "b"], 1, IsEstablished: true) });
        Assert.Equal("p", seen.Primary?.Node);
        Assert.Equal(("second-primary", "a"), (Assert.Single(Healthy.Problems(seen)) is { } f ? (f.Code, f.Node!) : default)); // a former primary, until it has rejoined
    }
}
