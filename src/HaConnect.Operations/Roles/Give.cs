using HaConnect.Doctor;

namespace HaConnect.Operations.Roles;

/// <summary>The statements that make roles and give them something.</summary>
internal static class Give
{
    private static readonly Dictionary<string, string> s_columns = new(StringComparer.Ordinal) { ["LOGIN"] = "rolcanlogin", ["SUPERUSER"] = "rolsuper", ["REPLICATION"] = "rolreplication" };

    /// <summary>Makes the role; one that is there gets the attributes that it lacks.</summary>
    internal static IEnumerable<RoleStatement> Role(string role, params string[] attributes) =>
    [
        new RoleStatement("CREATE ROLE", [new RoleObject(SqlText.Identifier(role), IsThere.Role(role))], $" {string.Join(' ', attributes)}") { Creates = role },
        .. attributes.Select(a => Attribute(role, a) with { IsForExisting = true }),
    ];

    internal static RoleStatement Attribute(string role, string attribute) => new($"ALTER ROLE {SqlText.Identifier(role)}", [new RoleObject(attribute, IsThere.Attribute(role, s_columns[attribute]))]);

    internal static RoleStatement Setting(string role, string name, string value) => new($"ALTER ROLE {SqlText.Identifier(role)} SET", [new RoleObject($"{name} = {value}", IsThere.Setting(role, $"{name}={value}"))]);

    internal static RoleStatement Membership(string role, IEnumerable<string> of) => new("GRANT", [.. of.Select(g => new RoleObject(g, IsThere.Membership(role, g)))], To(role));

    internal static RoleStatement OnDatabase(string role, string database, params string[] privileges) =>
        new("GRANT", [.. privileges.Select(p => new RoleObject(p, IsThere.OnDatabase(role, p, database)))], $" ON DATABASE {SqlText.Identifier(database)}{To(role)}");

    internal static RoleStatement OnSchema(string role, string schema, params string[] privileges) =>
        new("GRANT", [.. privileges.Select(p => new RoleObject(p, IsThere.OnSchema(role, p, schema)))], $" ON SCHEMA {SqlText.Identifier(schema)}{To(role)}");

    /// <param name="role">To whom.</param>
    /// <param name="relation">Its qualified name, as SQL.</param>
    /// <param name="privileges">What.</param>
    internal static RoleStatement OnRelation(string role, string relation, params string[] privileges) =>
        new("GRANT", [.. privileges.Select(p => new RoleObject(p, IsThere.OnRelation(role, p, relation)))], $" ON {relation}{To(role)}");

    internal static RoleStatement Functions(string role, IEnumerable<string> functions, Func<string, string?> note) =>
        new("GRANT EXECUTE ON FUNCTION", [.. functions.Select(f => new RoleObject(f, IsThere.OnFunction(role, f), note(f)))], To(role));

    internal static RoleStatement Parameters(string role, IEnumerable<string> parameters) =>
        new("GRANT ALTER SYSTEM ON PARAMETER", [.. parameters.Select(p => new RoleObject(p, IsThere.OnParameter(role, p)))], To(role));

    internal static RoleStatement TablesOf(string role, string schema) => new("GRANT SELECT ON ALL TABLES IN SCHEMA", [new RoleObject(SqlText.Identifier(schema), IsThere.OnTablesOf(role, schema))], To(role));

    internal static RoleStatement FutureTablesOf(string role, string maker, string schema) =>
        new($"ALTER DEFAULT PRIVILEGES FOR ROLE {SqlText.Identifier(maker)} IN SCHEMA", [new RoleObject(SqlText.Identifier(schema), IsThere.OnFutureTablesOf(role, maker, schema))], $" GRANT SELECT ON TABLES{To(role)}");

    internal static RoleStatement Schema(string schema) => new("CREATE SCHEMA IF NOT EXISTS", [new RoleObject(schema, IsThere.Schema(schema))]);

    internal static RoleStatement Table(string name, string columns) => new("CREATE TABLE IF NOT EXISTS", [new RoleObject(name, IsThere.Relation(name))], $" {columns}");

    private static string To(string role) => $" TO {SqlText.Identifier(role)}";
}
