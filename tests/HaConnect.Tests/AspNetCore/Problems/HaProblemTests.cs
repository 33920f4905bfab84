using HaConnect.AspNetCore.Problems;
using Npgsql;

namespace HaConnect.Tests.AspNetCore.Problems;

public sealed class HaProblemTests
{
    public static TheoryData<Exception, string, int, bool, bool> Table => new()
    {
        { Errors.NoPrimary(isTransient: true), "no-primary", 503, true, true },
        { Errors.NoPrimary(isTransient: false), "database-unusable", 503, false, false },
        { new NoReplicaException("none", Errors.Snapshot, null), "no-replica", 503, true, true },
        { Errors.Unknown(isTransient: false), "commit-outcome-unknown", 500, false, false },
        { Errors.Unknown(isTransient: true), "commit-outcome-unknown", 503, true, true },
        { Errors.LostToken(), "causal-token-lost", 409, true, false },
        { new HaConnectException("the pool is exhausted", Errors.Snapshot, isTransient: true), "database-unavailable", 503, true, true },
        { Errors.Postgres(PostgresErrorCodes.ReadOnlySqlTransaction), "database-unavailable", 503, true, true },
        { Errors.Postgres(PostgresErrorCodes.CannotConnectNow), "database-unavailable", 503, true, true },
        { Errors.Postgres(PostgresErrorCodes.SerializationFailure), "database-unavailable", 503, true, true },
        { new InvalidOperationException("of an execution strategy", Errors.NoPrimary(isTransient: true)), "no-primary", 503, true, true },
        { new AggregateException(Errors.Unknown(isTransient: false)), "commit-outcome-unknown", 500, false, false },
    };

    [Theory]
    [MemberData(nameof(Table), DisableDiscoveryEnumeration = true)]
    public void Of_ErrorOfTheCluster_SaysWhetherToTryAgain(Exception exception, string name, int status, bool mayRepeat, bool needsTime)
    {
        var problem = HaProblem.Of(exception)!;
        Assert.Equal((name, status, mayRepeat, needsTime), (problem.Name, problem.Status, problem.MayRepeat, problem.NeedsTime));
    }

    public static TheoryData<Exception> NotOfTheCluster => new()
    {
        new InvalidOperationException("of the application"),
        Errors.Postgres(PostgresErrorCodes.UniqueViolation),
        Errors.Postgres(PostgresErrorCodes.AdminShutdown), // it may have ended a commit that waits
        new NpgsqlException("Exception while reading from stream", new IOException("reset")), // after a COMMIT, perhaps
        new HaConnectException("the password is wrong", Errors.Snapshot, isTransient: false, Errors.Postgres(PostgresErrorCodes.CannotConnectNow)),
    };

    [Theory]
    [MemberData(nameof(NotOfTheCluster), DisableDiscoveryEnumeration = true)]
    public void Of_AnythingElse_IsLeftAlone(Exception exception) => Assert.Null(HaProblem.Of(exception));
}
