using HaConnect.Doctor;

namespace HaConnect.Operations.Roles;

/// <summary>
/// Whether a role has been given something, as expressions of SQL. What it has as a superuser, or through PUBLIC or another role, does not count:
/// that can go away without anybody thinking of this role. What it has as the owner does.
/// </summary>
internal static class IsThere
{
    internal static string Role(string role) => $"EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = {SqlText.Literal(role)})";

    /// <param name="role">Whose.</param>
    /// <param name="column">A column of pg_roles.</param>
    internal static string Attribute(string role, string column) => $"EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = {SqlText.Literal(role)} AND r.{column})";

    internal static string Membership(string role, string of) =>
        $"EXISTS (SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member JOIN pg_catalog.pg_roles g ON g.oid = m.roleid WHERE r.rolname = {SqlText.Literal(role)} AND g.rolname = {SqlText.Literal(of)})";

    internal static string Setting(string role, string setting) =>
        $"EXISTS (SELECT FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles r ON r.oid = s.setrole WHERE s.setdatabase = 0 AND r.rolname = {SqlText.Literal(role)} AND {SqlText.Literal(setting)} = ANY (s.setconfig))";

    internal static string OnDatabase(string role, string privilege, string database) =>
        Given(role, privilege, $"pg_catalog.pg_database x, pg_catalog.aclexplode(coalesce(x.datacl, pg_catalog.acldefault('d', x.datdba))) a WHERE x.datname = {SqlText.Literal(database)}");

    internal static string OnSchema(string role, string privilege, string schema) =>
        Given(role, privilege, $"pg_catalog.pg_namespace x, pg_catalog.aclexplode(coalesce(x.nspacl, pg_catalog.acldefault('n', x.nspowner))) a WHERE x.nspname = {SqlText.Literal(schema)}");

    internal static string OnRelation(string role, string privilege, string relation) =>
        Given(role, privilege, $"pg_catalog.pg_class x, pg_catalog.aclexplode(coalesce(x.relacl, pg_catalog.acldefault('r', x.relowner))) a WHERE x.oid = pg_catalog.to_regclass({SqlText.Literal(relation)})");

    internal static string OnFunction(string role, string function) =>
        Given(role, "EXECUTE", $"pg_catalog.pg_proc x, pg_catalog.aclexplode(x.proacl) a WHERE x.oid = pg_catalog.to_regprocedure({SqlText.Literal(function)})");

    internal static string OnParameter(string role, string parameter) =>
        Given(role, "ALTER SYSTEM", $"pg_catalog.pg_parameter_acl x, pg_catalog.aclexplode(x.paracl) a WHERE x.parname = {SqlText.Literal(parameter)}");

    internal static string OnTablesOf(string role, string schema) => $"""
        NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = {SqlText.Literal(schema)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                       AND NOT {Given(role, "SELECT", "pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) a WHERE true")})
        """;

    internal static string OnFutureTablesOf(string role, string maker, string schema) =>
        Given(role, "SELECT", $"pg_catalog.pg_default_acl x JOIN pg_catalog.pg_namespace n ON n.oid = x.defaclnamespace JOIN pg_catalog.pg_roles m ON m.oid = x.defaclrole CROSS JOIN pg_catalog.aclexplode(x.defaclacl) a WHERE x.defaclobjtype = 'r' AND n.nspname = {SqlText.Literal(schema)} AND m.rolname = {SqlText.Literal(maker)}");

    internal static string Schema(string schema) => $"pg_catalog.to_regnamespace({SqlText.Literal(schema)}) IS NOT NULL";

    internal static string Relation(string relation) => $"pg_catalog.to_regclass({SqlText.Literal(relation)}) IS NOT NULL";

    private static string Given(string role, string privilege, string from) =>
        $"EXISTS (SELECT FROM {from} AND a.privilege_type = {SqlText.Literal(privilege)} AND a.grantee = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = {SqlText.Literal(role)}))";
}
