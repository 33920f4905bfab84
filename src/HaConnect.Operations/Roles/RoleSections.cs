using HaConnect.Commits;
using HaConnect.Doctor;
using HaConnect.Operations.Auditing;

namespace HaConnect.Operations.Roles;

/// <summary>What each role is made and given, and why. Pure. docs/operations/roles.sql is what this comes to.</summary>
internal static class RoleSections
{
    private const int FirstWithParameterPrivileges = 15;
    private const int FirstWithReadAllData = 14;

    private static readonly string[] s_hbaRules = ["pg_catalog.pg_hba_file_rules()"];

    internal static IReadOnlyList<RoleSection> Of(InitRolesOptions o)
    {
        if (o.Witness is not null)
            return [Witness(o, o.Control!)];
        return
        [
            .. o.Application is { } app ? [Application(o, app)] : (RoleSection[])[],
            .. o.Observer is { } observer ? [Observer(o, observer)] : (RoleSection[])[],
            .. o.Control is { } control ? [Control(o, control)] : (RoleSection[])[],
            Replication(o.Replication),
            .. o.Verifier is { } verifier ? Verifier(o, verifier) : [],
            .. o.HasAuditTable && (o.Control ?? o.Observer) is { } writer ? [AuditTable(writer)] : (RoleSection[])[],
            .. o.HasCommitTokens && o.Application is { } writing ? RoleNames.DatabasesOf(o).Select(d => CommitTokens(o, d, writing)) : [],
        ];
    }

    private static RoleSection Application(InitRolesOptions o, string role) => new(null,
        """
        1. The application: ConnectionString's Username. It owns or is granted its own tables, as ever; for HaConnect it needs nothing but CONNECT; for
           CommitGuarantee.Resolved a table besides (--commit-token, or commit-token.sql), where it may not make that itself.
        """,
        [.. Give.Role(role, "LOGIN"), .. RoleNames.DatabasesOf(o).Select(d => Give.OnDatabase(role, d, "CONNECT"))]);

    private static RoleSection Observer(InitRolesOptions o, string role) => new(null,
        """
        2. The observer: Failover.ControlUsername where Failover.Mode is Observe. Without it the application's own role is used for probing
           and cannot see the state of replication: whether a standby hears the primary, and which standbys are synchronous.
        """,
        [
            .. Give.Role(role, "LOGIN"), Give.OnDatabase(role, o.ControlDatabase, "CONNECT"), Give.Membership(role, ["pg_monitor"]),
            Give.OnRelation(role, ControlGrants.FileSettings, "SELECT") with
            {
                Comment = """
                       The observer may also read the coordinators' records in postgresql.auto.conf, which shows a failover while it is under way. That view
                       shows primary_conninfo too, with a password where one is kept in it: leave these two out where that matters.
                    """,
            },
            Give.Functions(role, [ControlGrants.FileSettingsFunction], _ => null),
            .. HbaRules(o, role),
        ]);

    private static RoleSection Control(InitRolesOptions o, string role)
    {
        const string What = """
            3. The control user: Failover.ControlUsername where Failover.Mode is Coordinate. It probes, votes, promotes and repoints.
               Whoever may set primary_conninfo decides which server a standby copies: give this password to no one else.
            """;
        var name = SqlText.Identifier(role);
        if (o.PostgresVersion < FirstWithParameterPrivileges)
        {
            return new RoleSection(null, $"""
                {What}
                   Before PostgreSQL 15 ALTER SYSTEM is for superusers only, so that it has to be one. Where no superuser can be given away, use
                   Failover.Mode = Observe: HaConnect then follows the promotions that others make.
                """, [.. Give.Role(role, "LOGIN", "SUPERUSER")]);
        }

        return new RoleSection(null, What,
            [
                .. OfVoter(o, role),
                Give.Membership(role, ControlGrants.Memberships) with { Note = "the latter: an old primary's clients are disconnected" },
                Give.OnRelation(role, ControlGrants.FileSettings, "SELECT"),
                Give.Functions(role, ControlGrants.Functions, f => f.Contains("pg_switch_wal", StringComparison.Ordinal) ? "can be left out: switchovers pause writes for longer then" : null),
                Give.Parameters(role, ControlGrants.Parameters),
                .. HbaRules(o, role),
                .. o.KeepsSlots ? [Give.Attribute(role, "REPLICATION") with { Comment = $"   {Slots}" }] : (RoleStatement[])[],
            ],
            string.Join("\n\n", (string[])[
                .. o.ReadsHbaRules ? (string[])[] : [$"   Where the diagnosis is to judge pg_hba.conf too (--hba-rules), which may hold a password of LDAP:\n     {Sql(Hba(role))}"],
                .. o.KeepsSlots ? (string[])[] : [$"   {Slots}\n     ALTER ROLE {name} REPLICATION;"],
            ]));
    }

    private const string Slots = "Where Failover.Replication.KeepSlots is set (--keep-slots) it also makes replication slots, which takes an attribute with which one may\n   copy the whole cluster:";

    /// <summary>All that it needs on a witness.</summary>
    private static RoleStatement[] OfVoter(InitRolesOptions o, string role) =>
    [
        .. Give.Role(role, "LOGIN"),
        Give.OnDatabase(role, o.ControlDatabase, "CONNECT", "CREATE") with { Note = "CREATE: it makes the schema haconnect there" },
    ];

    private static RoleSection Witness(InitRolesOptions o, string role) => new(null,
        "The control user on a witness: Failover.ControlUsername. It votes there, and keeps its promises in the control database.", OfVoter(o, role));

    private static RoleStatement[] Hba(string role) => [Give.OnRelation(role, "pg_catalog.pg_hba_file_rules", "SELECT"), Give.Functions(role, s_hbaRules, _ => null)];

    private static IEnumerable<RoleStatement> HbaRules(InitRolesOptions o, string role) => o.ReadsHbaRules
        ? Hba(role).Select((s, i) => i > 0 ? s : s with { Comment = "   The diagnosis judges pg_hba.conf too (--hba-rules), which may hold a password of LDAP." })
        : [];

    private static RoleSection Replication(string? role) => new(null,
        """
        4. Standbys connect with the role they connect with today (Failover.Replication.Username); it needs LOGIN and REPLICATION only.
           Each server's pg_hba.conf must let it in from every other server, since any of them may become the primary.
        """,
        role is null ? [] : [.. Give.Role(role, "LOGIN", "REPLICATION")],
        role is null ? "   Where there is none yet (--replication):\n     CREATE ROLE \"replicator\" LOGIN REPLICATION;" : null);

    private static IEnumerable<RoleSection> Verifier(InitRolesOptions o, string role)
    {
        var readsAll = o.PostgresVersion >= FirstWithReadAllData && o.VerifiedSchemas.Count == 0;
        var databases = RoleNames.DatabasesOf(o);
        yield return new RoleSection(null,
            $"""
            5. The verifier: reads data, to compare servers. It writes nothing, and its transactions are read-only unless it says otherwise.
               Rows that row-level security hides from it stay hidden; where there are such, and it is to see them: ALTER ROLE {SqlText.Identifier(role)} BYPASSRLS;
            {(readsAll ? AllData : SomeData)}
            """,
            [
                .. Give.Role(role, "LOGIN"), .. databases.Append(o.ControlDatabase).Distinct(StringComparer.Ordinal).Select(d => Give.OnDatabase(role, d, "CONNECT")),
                Give.Membership(role, readsAll ? ["pg_monitor", "pg_read_all_data"] : ["pg_monitor"]),
                Give.Setting(role, "default_transaction_read_only", "on"),
            ]);
        if (readsAll)
            yield break;
        foreach (var database in databases)
        {
            yield return new RoleSection(database, "What the verifier reads in this database, with the tables that the application's role makes there later.",
            [
                .. RoleNames.SchemasOf(o).SelectMany(s => (RoleStatement[])
                [
                    Give.OnSchema(role, s, "USAGE"), Give.TablesOf(role, s), .. o.Application is { } app ? [Give.FutureTablesOf(role, app, s)] : (RoleStatement[])[],
                ]),
            ]);
        }
    }

    private const string AllData = """
           pg_read_all_data reads pg_authid too, with what PostgreSQL keeps of the passwords of all roles: guard this one's like a superuser's, or name
           the schemas that it is to read instead (--verify-schema).
        """;

    private const string SomeData = "   It reads the tables of some schemas only, not the views and tables of PostgreSQL that not everybody may read.";

    private static RoleSection AuditTable(string role) => new(null,
        """
        The copy of the audit trail on the cluster (audit.md), so that whoever may write it can only add to it: not change, not remove. It has a
        schema of its own: who owns a schema may drop what is in it, and the schema haconnect is the control user's.
        """,
        [
            Give.Schema("haconnect_audit"), Give.Table("haconnect_audit.trail", AuditTableSql.Columns), Give.OnSchema(role, "haconnect_audit", "USAGE"),
            Give.OnRelation(role, "haconnect_audit.trail", "SELECT", "INSERT"),
        ]);

    private static RoleSection CommitTokens(InitRolesOptions o, string database, string role) => new(database,
        """
        The table of CommitGuarantee.Resolved (commit-token.sql), for an application that may not make it there itself. Rows older than a day are
        cleaned up, which takes DELETE.
        """,
        [
            Give.Schema("haconnect"), Give.Table("haconnect.commit_token", HaConnect.Commits.CommitTokens.Columns), Give.OnSchema(role, "haconnect", "USAGE"),
            Give.OnRelation(role, "haconnect.commit_token", "SELECT", "INSERT", "DELETE"),
            .. o.Control is { } control && database == o.ControlDatabase && o.PostgresVersion >= FirstWithParameterPrivileges
                ? [Give.OnSchema(control, "haconnect", "USAGE", "CREATE") with { Comment = "   Coordinators have their tables in this schema too." }]
                : (RoleStatement[])[],
        ]);

    private static string Sql(IEnumerable<RoleStatement> statements) => string.Join("\n     ", statements.Select(s => $"{s.Sql(s.Objects)};"));
}
