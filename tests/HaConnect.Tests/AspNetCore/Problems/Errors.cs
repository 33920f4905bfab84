using Npgsql;

namespace HaConnect.Tests.AspNetCore.Problems;

internal static class Errors
{
    internal const string Secret = "db1.internal:5432 refused; Password=sesame";

    internal static ClusterSnapshot Snapshot { get; } = Given.Snapshot(null, Given.Seen(Given.Node(0)));

    internal static NoPrimaryException NoPrimary(bool isTransient) => new(Secret, Snapshot, isTransient, null);

    internal static CommitOutcomeUnknownException Unknown(bool isTransient, Guid? token = null) => CommitOutcomeUnknownException.Of(Secret, "", Snapshot, isTransient, null, token);

    internal static CausalTokenException LostToken() => CausalTokenException.Of(new CausalToken(1, 2, 3, 4), Secret, Snapshot, isOfScope: false);

    internal static PostgresException Postgres(string state) => new(Secret, "ERROR", "ERROR", state);
}
