namespace HaConnect.Operations.Auditing;

/// <summary>
/// The copy on the cluster. It has a schema of its own: who owns a schema may drop what is in it, and <c>haconnect</c> is the control user's.
/// </summary>
internal static class AuditTableSql
{
    internal const string Exists = "SELECT pg_catalog.to_regclass('haconnect_audit.trail') IS NOT NULL";

    internal const string Columns = """
        (
            chain text NOT NULL, seq bigint NOT NULL, at timestamptz NOT NULL, cluster text NOT NULL, coordinator text NOT NULL, term bigint, kind text NOT NULL,
            step text NOT NULL, node text, sentence text NOT NULL, line text NOT NULL, copied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), PRIMARY KEY (chain, seq))
        """;

    /// <summary>Where nobody has run audit.sql: its owner can change it then, if it gives itself the privileges back.</summary>
    internal const string Create = $"""
        CREATE SCHEMA IF NOT EXISTS haconnect_audit;
        CREATE TABLE IF NOT EXISTS haconnect_audit.trail {Columns};
        REVOKE UPDATE, DELETE, TRUNCATE ON haconnect_audit.trail FROM CURRENT_USER
        """;

    internal const string Last = "SELECT seq, line FROM haconnect_audit.trail WHERE chain = $1 ORDER BY seq DESC LIMIT 1";

    /// <summary>The line is what counts; the other columns are for people, and come from it.</summary>
    internal const string Insert = """
        INSERT INTO haconnect_audit.trail (chain, seq, at, cluster, coordinator, term, kind, step, node, sentence, line)
        SELECT $1, l.seq, (l.j->>'at')::timestamptz, l.j->>'cluster', l.j->>'coordinator', (l.j->>'term')::bigint, l.j->>'kind', l.j->>'step', l.j->>'node', l.j->>'sentence', l.line
          FROM (SELECT u.seq, u.line, u.line::jsonb AS j FROM ROWS FROM (pg_catalog.unnest($2::bigint[]), pg_catalog.unnest($3::text[])) AS u (seq, line)) l
         ORDER BY l.seq
        ON CONFLICT (chain, seq) DO NOTHING
        """;

    internal const string Chains = "SELECT DISTINCT chain FROM haconnect_audit.trail ORDER BY chain";

    internal const string Page = "SELECT seq, line FROM haconnect_audit.trail WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT 1000";
}
