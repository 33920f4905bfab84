using HaConnect.Doctor;
using HaConnect.Probing;

namespace HaConnect.Tests.Doctor;

public sealed class AccessChecksTests
{
    [Theory]
    [InlineData(ProbeFailureKind.Refused, "start it, or mend the way to it")]
    [InlineData(ProbeFailureKind.Misconfigured, "correct the host, user, password or database in the options, or let the user in (pg_hba.conf)")]
    public void Of_NodeThatCannotBeRead_IsAFinding(object kind, string remedy) =>
        Assert.Equal(remedy, Healthy.Cluster().WithFailure("b", new ProbeFailure((ProbeFailureKind)kind, "it failed")).Only(FindingSeverity.Warning, "b", "b could not be read", "it failed").Remedy);

    [Fact]
    public void Of_WitnessThatCannotBeRead_IsAFinding() =>
        Healthy.Cluster(witnesses: 1).WithFailure("w1", new ProbeFailure(ProbeFailureKind.TimedOut, "no answer in time")).Only(FindingSeverity.Warning, "w1", "no answer in time");

    [Fact]
    public void Of_StandbyWithoutHotStandby_SaysSo()
    {
        var failure = new ProbeFailure(ProbeFailureKind.NotReady, "57P03: the database system is not accepting connections", "57P03");
        Assert.Contains("hot_standby = off", Healthy.Cluster().WithFailure("b", failure).Only(FindingSeverity.Warning, "b").Remedy, StringComparison.Ordinal);
        failure = new ProbeFailure(ProbeFailureKind.NotReady, "57P03: the database system is not yet accepting connections", "57P03");
        Assert.DoesNotContain("hot_standby", Healthy.Cluster().WithFailure("b", failure).Only(FindingSeverity.Warning, "b").Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, FindingSeverity.Unsafe)]
    [InlineData(false, FindingSeverity.Warning)]
    public void Of_AnotherProcessThanToldAnswers_IsAPooler(bool coordinates, FindingSeverity severity)
    {
        var finding = Healthy.Cluster(coordinates).With("a", n => n with { Processes = (17, 18) }).Only(severity, "a", "a connection pooler answers for a", "told of server process 17, and process 18");
        Assert.StartsWith("give the address of the server itself", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("08P01: unsupported startup parameter: options")]
    [InlineData("08P01: unsupported startup parameter in options: default_transaction_read_only")]
    public void Of_StartupParameterRefused_IsAPooler(string message) =>
        Healthy.Cluster().WithFailure("a", new ProbeFailure(ProbeFailureKind.Unclear, message, "08P01")).Only(FindingSeverity.Unsafe, "a", "a connection pooler answers for a", message);

    [Fact]
    public void Of_WitnessWithoutTheGrant_HasAStatementThatMendsIt() =>
        Assert.Equal("run there: GRANT CREATE ON DATABASE d TO u",
            Healthy.Cluster(witnesses: 1).With("w1", n => n with { WitnessStatement = "GRANT CREATE ON DATABASE d TO u" }).Only(FindingSeverity.Warning, "w1", "cannot keep its record on the witness w1").Remedy);

    [Fact]
    public void Of_ObserverWithoutStatistics_SaysWhatItDidNotSee()
    {
        var finding = Healthy.Cluster(coordinates: false).WithServer("p", s => s with { SeesStatistics = false, Senders = [("", false), ("", false)] })
            .Only(FindingSeverity.Warning, null, "not everything could be seen as haconnect", "which standbys replicate from p");
        Assert.Equal("run at the primary: GRANT pg_monitor TO haconnect", finding.Remedy);
    }

    [Fact]
    public void Of_StandbyWithoutStatistics_LacksNothing() => Assert.Empty(Healthy.Problems(Healthy.Cluster(coordinates: false).WithServer("a", s => s with { SeesStatistics = false })));

    [Fact]
    public void Of_RecordsThatCouldNotBeRead_AreNamed() =>
        Healthy.Cluster().With("a", n => n with { Record = null, RecordProblem = "42501: permission denied for schema haconnect" })
            .Only(FindingSeverity.Warning, null, "the records of a, restore_command and primary_conninfo there", "permission denied for schema haconnect");

    [Fact]
    public void Of_NoPrimaryInReach_SaysWhatWasNotCompared()
    {
        var findings = Healthy.Problems(Healthy.Cluster(coordinates: false).WithFailure("p", new ProbeFailure(ProbeFailureKind.Refused, "refused")));
        Assert.Equal(["p", null], findings.Select(f => f.Node));
        Assert.Contains("what is compared with the primary, since none was found", findings[1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NothingInReach_IsTold()
    {
        var seen = Healthy.Cluster();
        Assert.Equal(5, Healthy.Problems(seen.Nodes.Aggregate(seen, (all, n) => all.WithFailure(n.Node, new ProbeFailure(ProbeFailureKind.Refused, "refused")))).Count);
    }
}
