using HaConnect.Doctor;
using HaConnect.Failover;

namespace HaConnect.Tests.Doctor;

/// <summary>What preflight refuses is tested in PreflightTests; here: that all of it comes through, each with its remedy apart.</summary>
public sealed class PreflightChecksTests
{
    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(true, 0, 0)]
    [InlineData(true, 1, 1)]
    [InlineData(false, 1, 0)]
    [InlineData(false, 0, 0)]
    public void Of_HealthyCluster_FindsNothing(bool coordinates, int required, int witnesses) =>
        Assert.Empty(Healthy.Problems(Healthy.Cluster(coordinates, required, witnesses)));

    [Fact]
    public void Of_AnotherManager_SaysToObserve()
    {
        var finding = Healthy.Cluster().WithRecord("a", r => r with { OtherManagers = ["repmgr (in shared_preload_libraries)"] })
            .Only(FindingSeverity.Unsafe, "a", "a is managed by repmgr (in shared_preload_libraries)");
        Assert.StartsWith("set Failover.Mode = Observe", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_KnownBadMinorVersion_SaysWhichToInstall()
    {
        var finding = Healthy.Problems(Healthy.Cluster().WithServer("b", s => s with { VersionNumber = 150012 })).Single(f => f.Code == FindingCodes.VersionAcksEarly);
        Assert.Equal((FindingSeverity.Unsafe, "b", "install 15.13 or later"), (finding.Severity, finding.Node, finding.Remedy));
    }

    [Fact]
    public void Of_BadMinorVersionObserved_MattersWhereCommitsWait()
    {
        Healthy.Cluster(coordinates: false).WithServer("p", s => s with { VersionNumber = 150012 }).Only(FindingSeverity.Unsafe, "p", "p runs PostgreSQL 15.12");
        Assert.Empty(Healthy.Problems(Healthy.Cluster(coordinates: false, required: 0).WithServer("p", s => s with { VersionNumber = 150012 })));
    }

    [Fact]
    public void Of_MissingPrivileges_AreToldOnceWithTheStatements()
    {
        var seen = Healthy.Cluster();
        seen = seen.Nodes.Aggregate(seen, (all, n) => all.With(n.Node, x => x with { Record = Lacking }));
        var unsafeOnes = Healthy.Problems(seen).Where(f => f.Severity == FindingSeverity.Unsafe).ToList();
        var finding = Assert.Single(unsafeOnes);
        Assert.Equal("p", finding.Node);
        Assert.Equal("run there: GRANT x TO y; GRANT z TO y", finding.Remedy);
    }

    [Fact]
    public void Of_MissingPrivilegesSeenAtAStandbyAlone_AreGrantedAtThePrimary() =>
        Assert.Contains(Healthy.Problems(Healthy.Cluster().With("a", n => n with { Record = Lacking })),
            f => f is { Severity: FindingSeverity.Unsafe, Node: "a", Remedy: "run at the primary: GRANT x TO y; GRANT z TO y" });

    [Fact]
    public void Of_MissingPrivileges_WhatAnyUserSeesIsJudgedAllTheSame()
    {
        var seen = Healthy.Cluster().With("p", n => n with { Record = Lacking }).WithServer("b", s => s with { SystemIdentifier = 8 });
        Assert.Contains(Healthy.Problems(seen), f => f is { Severity: FindingSeverity.Unsafe, Node: null, Remedy: "correct the hosts" });
        Assert.DoesNotContain(Healthy.Problems(seen), f => f.Problem.Contains("wal_receiver_timeout", StringComparison.Ordinal)); // not taken for 0
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_OtherCluster_ConcernsNoSingleNode(bool coordinates) =>
        Healthy.Cluster(coordinates).WithServer("b", s => s with { SystemIdentifier = 8 }).Only(FindingSeverity.Unsafe, null, "the nodes belong to different clusters", "b (8)");

    [Fact]
    public void Of_OtherVotersOrControlDatabaseOnRecord_SaysToConfigureAlike()
    {
        Assert.Equal("configure all instances alike", Healthy.Cluster().WithRecord("a", r => r with { StoredVoters = ["a", "p"] }).Only(FindingSeverity.Unsafe, "a", "a has the voters a, p on record").Remedy);
        Healthy.Cluster().WithRecord("a", r => r with { StoredControlDatabase = "x" }).Only(FindingSeverity.Unsafe, "a", "control database x on record");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_UnsafeSettings_HaveAStatementThatMendsThem(bool coordinates)
    {
        var finding = Healthy.Cluster(coordinates).WithServer("p", s => s with { UnsafeSettings = ["fsync = off", "synchronous_commit = local"] })
            .Only(FindingSeverity.Unsafe, "p", "an ack would prove nothing: fsync = off, synchronous_commit = local");
        Assert.Equal("run there: ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf()", finding.Remedy);
    }

    [Fact]
    public void Of_UnsafeSettingThatBothSaw_IsToldOnce() =>
        Healthy.Cluster().WithServer("p", s => s with { UnsafeSettings = ["fsync = off"] }).WithRecord("p", r => r with { UnsafeSettings = ["fsync = off"] })
            .Only(FindingSeverity.Unsafe, "p", "fsync = off");

    [Theory]
    [InlineData(150018, "run there: ALTER SYSTEM SET restore_command = ''; SELECT pg_reload_conf()")]
    [InlineData(130021, "run there: ALTER SYSTEM SET restore_command = ''; and restart it")]
    public void Of_RestoreCommand_HasAStatementThatMendsIt(int version, string remedy) =>
        Assert.Equal(remedy, Healthy.Problems(Healthy.Cluster().WithServer("b", s => s with { VersionNumber = version }).WithRecord("b", r => r with { RestoreCommand = "a; b %f" })).Single(f => f.Problem.Contains("restore_command = 'a; b %f', through which", StringComparison.Ordinal)).Remedy);

    [Fact]
    public void Of_ReceiverTimeout_IsUnsafeOnAStandbyAndAWarningOnThePrimary()
    {
        const string Remedy = "run there: ALTER SYSTEM SET wal_receiver_timeout = '2s'; SELECT pg_reload_conf()";
        Assert.Equal(Remedy, Healthy.Cluster().WithServer("b", s => s with { WalReceiverTimeout = TimeSpan.FromMinutes(1) }).Only(FindingSeverity.Unsafe, "b", "b has wal_receiver_timeout = 60 s").Remedy);
        Assert.Equal(Remedy, Healthy.Cluster().WithServer("p", s => s with { WalReceiverTimeout = TimeSpan.Zero }).Only(FindingSeverity.Warning, "p", "once p is a standby: p has wal_receiver_timeout = 0 s").Remedy);
        Assert.Empty(Healthy.Problems(Healthy.Cluster(coordinates: false).WithServer("b", s => s with { WalReceiverTimeout = TimeSpan.Zero })));
    }

    [Fact]
    public void Of_OtherConninfo_SaysToMakeThemAgree()
    {
        var finding = Healthy.Cluster().WithRecord("b", r => r with { PrimaryConninfo = "host=p port=5432 user=other application_name=b" }).Only(FindingSeverity.Unsafe, "b", "has user=other");
        Assert.Equal("make them agree", finding.Remedy);
        Assert.Empty(Healthy.Problems(Healthy.Cluster().WithRecord("p", r => r with { PrimaryConninfo = "host=x" }))); // what it once followed
    }

    [Fact]
    public void Of_SynchronousNames_AreGivenAsStatement()
    {
        var finding = Healthy.Cluster().WithServer("p", s => s with { SynchronousNamesText = "ANY 1 (*)" }).Only(FindingSeverity.Unsafe, "p", "p has synchronous_standby_names = 'ANY 1 (*)'");
        Assert.Equal("run there: ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (\"a\",\"b\")'; SELECT pg_reload_conf()", finding.Remedy);
        Assert.Empty(Healthy.Problems(Healthy.Cluster(coordinates: false).WithServer("p", s => s with { SynchronousNamesText = "ANY 1 (*)" }))); // nobody's business who observes
    }

    [Fact]
    public void Of_CoordinationGivenUp_IsToldOnceAndHidesNothing()
    {
        var seen = Healthy.Cluster().WithRecord("p", r => r with { EstablishedTerm = Given.Row(5, "") }).WithRecord("b", r => r with { RestoreCommand = "x" });
        var findings = Healthy.Problems(seen);
        Assert.Equal(2, findings.Count);
        Assert.Single(findings, f => f.Problem.Contains("coordination of this cluster was given up, on record as term 5", StringComparison.Ordinal));
        Assert.Single(findings, f => f.Problem.Contains("restore_command", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_SeveralProblemsAtOneNode_AreAllTold()
    {
        var seen = Healthy.Cluster().WithRecord("b", r => r with { RestoreCommand = "x", OtherManagers = ["m"], StoredControlDatabase = "y" }).WithServer("b", s => s with { WalReceiverTimeout = TimeSpan.Zero, CanBeRewound = false });
        var findings = Healthy.Problems(seen);
        Assert.Equal(5, findings.Count);
        Assert.Equal(findings.OrderByDescending(f => f.Severity), findings); // the worst first
        Assert.Equal(FindingSeverity.Warning, findings[^1].Severity);
    }

    private static VoterRecord Lacking => new() { InRecovery = true, SystemIdentifier = 0, VersionNumber = 150018, MissingPrivileges = ["GRANT x TO y", "GRANT z TO y"] };
}
