using HaConnect.Failover;
using HaConnect.Failover.Promotion;
using HaConnect.Probing;
using HaConnect.Tests.Failover.World;

namespace HaConnect.Tests.Failover;

public sealed class PreflightTests
{
    private const string SetNames = "run there: ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (\"a\",\"b\")'; SELECT pg_reload_conf()";

    [Fact]
    public void Problem_ClusterAsConfigured_IsNone()
    {
        Assert.Null(Preflight.Problem(State()));
        Assert.Null(Preflight.Problem(State(established: true)));
        Assert.Null(Preflight.Problem(State(witnesses: 1)));
    }

    [Fact]
    public void Problem_MissingPrivileges_AreGivenAsStatements() =>
        Expect(State().With("a", r => r with { MissingPrivileges = ["GRANT x TO y", "GRANT z TO y"] }), "lacks privileges on a; run there: GRANT x TO y; GRANT z TO y. docs/operations/roles.sql");

    [Fact]
    public void Problem_AnotherManager_IsNamedBeforeAnythingElse() =>
        Expect(State().With("a", r => r with { OtherManagers = ["Amazon RDS or Aurora (role rds_superuser)"], MissingPrivileges = ["GRANT x TO y"] }),
            "a is managed by Amazon RDS or Aurora (role rds_superuser), and", "set Failover.Mode = Observe");

    [Fact]
    public void Problem_WitnessThatAnotherManages_IsNone() => Assert.Null(Preflight.Problem(State(witnesses: 1).With("w1", r => r with { OtherManagers = ["X"], VersionNumber = 0 })));

    [Theory]
    [InlineData(120099, 0, "runs PostgreSQL 12; coordination needs 13 or later")]
    [InlineData(130020, 1, "runs PostgreSQL 13.20, where a commit just after a start may be acked without its synchronous standby; install 13.21 or later")]
    [InlineData(140017, 1, "install 14.18 or later")]
    [InlineData(150012, 1, "install 15.13 or later")]
    [InlineData(160008, 2, "install 16.9 or later")]
    [InlineData(170004, 1, "install 17.5 or later")]
    [InlineData(130021, 1, null)]
    [InlineData(140018, 1, null)]
    [InlineData(150013, 1, null)]
    [InlineData(160009, 1, null)]
    [InlineData(170005, 1, null)]
    [InlineData(180000, 1, null)]
    [InlineData(150012, 0, null)] // nothing waits for a standby
    public void Problem_Version_IsTooOldForSynchronousCommits(int version, int required, string? problem)
    {
        var state = State(required).With("b", r => r with { VersionNumber = version });
        if (problem is null)
            Assert.Null(Preflight.Problem(state));
        else
            Expect(state, $"b {(problem.StartsWith("runs", StringComparison.Ordinal) ? problem : "runs")}", problem);
    }

    [Theory]
    [InlineData(0, false)] // never
    [InlineData(60, false)]
    [InlineData(10.001, false)]
    [InlineData(10, true)]
    [InlineData(2, true)]
    public void Problem_WalReceiverTimeoutOfAStandby_MustLetAFrozenPrimaryBeNoticed(double seconds, bool isFine)
    {
        var state = State().With("b", r => r with { WalReceiverTimeout = TimeSpan.FromSeconds(seconds) });
        if (isFine)
            Assert.Null(Preflight.Problem(state));
        else
            Expect(state, FormattableString.Invariant($"b has wal_receiver_timeout = {seconds} s"), "run there: ALTER SYSTEM SET wal_receiver_timeout = '2s'; SELECT pg_reload_conf()");
        Assert.Null(Preflight.Problem(State().With("p", r => r with { WalReceiverTimeout = TimeSpan.FromSeconds(60) }))); // it receives from nobody
    }

    [Fact]
    public void Problem_OtherCluster_NamesTheSides() =>
        Expect(State().With("b", r => r with { SystemIdentifier = 8 }), $"a, p ({Given.SystemId}) and b (8); correct the hosts");

    [Fact]
    public void Problem_WitnessOfItsOwnSystem_IsNone() =>
        Assert.Null(Preflight.Problem(State(witnesses: 1).With("w1", r => r with { SystemIdentifier = 99 })));

    [Fact]
    public void Problem_OtherVotersOnRecord_NamesBoth() =>
        Expect(State().With("a", r => r with { StoredVoters = ["a", "b", "c", "p"] }), "a has the voters a, b, c, p on record, but this instance is configured with p, a, b; configure all instances alike");

    [Fact]
    public void Problem_SameVotersInAnotherOrder_IsNone() => Assert.Null(Preflight.Problem(State().With("a", r => r with { StoredVoters = ["b", "p", "a"] })));

    [Fact]
    public void Problem_OtherControlDatabase_NamesBoth() =>
        Expect(State().With("a", r => r with { StoredControlDatabase = "other" }), "control database other on record, but Failover.ControlDatabase is postgres; configure all instances alike");

    [Fact]
    public void Problem_UnsafeSettings_AreNamed() =>
        Expect(State().With("b", r => r with { UnsafeSettings = ["fsync = off"] }), "on b an ack would prove nothing: fsync = off; correct the setting and reload");

    [Fact]
    public void Problem_RestoreCommand_IsRefused() => Expect(State().With("b", r => r with { RestoreCommand = "cp x y" }), "b has restore_command = 'cp x y'", "empty it");

    [Fact]
    public void Problem_OtherConninfo_SaysWhatDiffers() =>
        Expect(State().With("b", r => r with { PrimaryConninfo = "host=p port=5432 user=other application_name=b" }), "b: its primary_conninfo has user=other, but Failover.Replication.Username is repl");

    [Fact]
    public void Problem_CutOffStandby_HasNoConninfoToCompare() => Assert.Null(Preflight.Problem(State().With("b", r => r with { PrimaryConninfo = "" })));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("ANY 1 (*)")]
    [InlineData("ANY 2 (a,b)")]
    [InlineData("ANY 1 (a,x)")]
    [InlineData("ANY 1 (a,p)")]
    public void Problem_SynchronousNamesThatDoNotAgree_AreGivenAsStatement(string names) =>
        Expect(State().With("p", r => r with { SynchronousNamesText = names, SynchronousNames = SynchronousNames.Parse(names) }), $"p has synchronous_standby_names = '{names}'", SetNames);

    [Fact]
    public void Problem_NamesOtherThanThoseOfTheTerm_AreGivenAsStatement() =>
        Expect(State(established: true).With("p", r => r with { SynchronousNamesText = "ANY 1 (a)", SynchronousNames = SynchronousNames.Parse("ANY 1 (a)") }), "and the record of term 1", SetNames);

    [Fact]
    public void Problem_AsynchronousByOptionsButNamesAreSet_IsRefused()
    {
        var state = State(required: 0).With("p", r => r with { SynchronousNamesText = "a", SynchronousNames = SynchronousNames.Parse("a") });
        Expect(state, "Failover.RequiredSynchronousStandbys = 0", "ALTER SYSTEM SET synchronous_standby_names = ''");
        Assert.Null(Preflight.Problem(State(required: 0)));
    }

    [Fact]
    public void Problem_PendingPromotion_IsNoProblemOfNames() =>
        Assert.Null(Preflight.Problem(State(required: 0).With("p", r => r with { SynchronousNamesText = SynchronousNames.Pending(2), SynchronousNames = SynchronousNames.Parse(SynchronousNames.Pending(2)) })));

    [Fact]
    public void Problem_TermDemandsStandbysAndOptionsNone_IsRefused() =>
        Expect(WithRequired(State(required: 1, established: true), 0), "term 1 demands 1 synchronous standbys, but Failover.RequiredSynchronousStandbys is 0");

    /// <summary>It is degraded, or was asynchronous when its term began; coordinators name standbys as soon as enough stream.</summary>
    [Fact]
    public void Problem_OptionsDemandStandbysAndTermNone_IsNoProblem()
    {
        var state = State(required: 1, established: true) with { Established = new TermRow(1, "p", [], 0, IsEstablished: true) };
        state = state.With("p", r => r with { SynchronousNamesText = "", SynchronousNames = null });
        Assert.Null(Preflight.Problem(state));
        Expect(state.With("p", r => r with { SynchronousNamesText = "a", SynchronousNames = SynchronousNames.Parse("a") }), "the record of term 1", "ALTER SYSTEM SET synchronous_standby_names = ''");
    }

    private static void Expect(FailoverState state, params string[] parts)
    {
        var problem = Preflight.Problem(state);
        Assert.All(parts, part => Assert.Contains(part, problem, StringComparison.Ordinal));
    }

    private static FailoverState WithRequired(FailoverState state, int required) => state with { Settings = state.Settings with { Required = required } };

    private static FailoverState State(int required = 1, int witnesses = 0, bool established = false)
    {
        var cluster = new Cluster(required: required, witnesses: witnesses);
        var settings = cluster.Settings("i");
        var state = FailoverState.Initial(settings).WithAll(v => v with { HoldsLock = true, Record = cluster[v.Voter.Name].Record(settings) });
        return established ? state with { Established = Given.Row(1, "p", required, required == 0 ? [] : ["a", "b"]) } : state;
    }
}

file static class FailoverStateExtensions
{
    internal static FailoverState With(this FailoverState state, string node, Func<VoterRecord, VoterRecord> change) =>
        state.With(node, v => v with { Record = change(v.Record!) });
}
