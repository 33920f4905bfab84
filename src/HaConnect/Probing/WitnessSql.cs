using System.Data.Common;
using HaConnect.Failover;

namespace HaConnect.Probing;

/// <summary>The probe of a witness: light, since an answer is all that is asked for, but for the cluster's record, where it may be read.</summary>
internal static class WitnessSql
{
    private const string SeesRegister = """
        EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'haconnect' AND c.relname = 'register' AND c.relkind = 'r'
                   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))
        """;

    /// <param name="readsRegister">Then the cluster's name is its parameter.</param>
    /// <param name="countsSessions">PostgreSQL 15 and later.</param>
    internal static string Build(bool readsRegister, bool countsSessions) => $"""
        SELECT {ProbeSql.OlderSessions},
               pg_catalog.current_setting('max_connections')::int,
               {ProbeSql.SessionsSoFar(countsSessions)},
               {SeesRegister},
               {(readsRegister ? "(SELECT g.value FROM haconnect.register g WHERE g.cluster = $1)" : "NULL::text")}
        """;

    internal static (ProbeCrowd Crowd, bool SeesRegister, Register? Register) Read(DbDataReader row) => (
        new ProbeCrowd(row.GetInt32(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt64(2)),
        row.GetBoolean(3),
        Register.Parse(row.IsDBNull(4) ? null : row.GetString(4)));
}
