using System.Data.Common;

namespace HaConnect.Failover.Switchover;

/// <summary>What is on record of a request. Null throughout where there is none (yet): whoever asked may still wait for the answer.</summary>
internal sealed record RequestRecord(DateTime? StartedAt, DateTime? SealedAt, DateTime? EndedAt, string? Coordinator, string? Outcome, IReadOnlyList<string> EndedSessions)
{
    internal static readonly RequestRecord None = new(null, null, null, null, null, []);

    internal static RequestRecord Read(DbDataReader row) => row.HasRows
        ? new(At(row, 0), At(row, 1), At(row, 2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetFieldValue<string[]>(5))
        : None;

    private static DateTime? At(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);
}
