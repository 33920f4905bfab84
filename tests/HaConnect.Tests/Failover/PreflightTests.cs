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
    public void Problem_OptionsAndTermDisagreeWhetherToBeSynchronous_IsRefused()
    {
        var state = State(required: 1, established: true) with { Established = new TermRow(1, "p", [], 0, IsEstablished: true) };
        state = state.With("p", r => r with { SynchronousNamesText = "", SynchronousNames = null });
        Assert.NotNull(Preflight.Problem(state));
    }

    private static void Expect(FailoverState state, params string[] parts)
    {
        var problem = Preflight.Problem(state);
        Assert.All(parts, part => Assert.Contains(part, problem, StringComparison.Ordinal));
    }

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
