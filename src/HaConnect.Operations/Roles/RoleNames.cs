using System.Globalization;
using System.Text;

namespace HaConnect.Operations.Roles;

/// <summary>Whether the options can be used. Pure.</summary>
internal static class RoleNames
{
    private const int MostBytes = 63;

    /// <summary>The options' roles by the names of the options.</summary>
    internal static IEnumerable<(string Option, string? Name)> Of(InitRolesOptions o) =>
        [(nameof(o.Application), o.Application), (nameof(o.Observer), o.Observer), (nameof(o.Control), o.Control), (nameof(o.Verifier), o.Verifier), (nameof(o.Replication), o.Replication)];

    /// <summary>What is wrong, with its remedy; null where nothing is.</summary>
    /// <param name="o">The options.</param>
    /// <param name="named">What an option is called where it was given.</param>
    internal static string? Problem(InitRolesOptions o, Func<string, string> named)
    {
        var roles = Of(o).Where(r => r.Name is not null).Select(r => (Option: named(r.Option), r.Name)).ToList();
        if (roles.GroupBy(r => r.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } same)
            return $"{string.Join(" and ", same.Select(r => r.Option))} are both '{same.Key}'; each needs a role of its own, or to be left out";
        if (roles.Count == 0)
            return "there is no role to make; name one";
        if (o.Witness is not null && o.Control is null)
            return $"a witness needs the control user, and {named(nameof(o.Control))} is none; name it";
        if (o.PostgresVersion < 13)
            return string.Create(CultureInfo.InvariantCulture, $"{named(nameof(o.PostgresVersion))} is {o.PostgresVersion}; it must be a major version from 13 on");
        return roles.Select(r => Role(r.Option, r.Name!)).Concat(DatabasesOf(o).Select(d => Name(named(nameof(o.Databases)), d))).Append(Name(named(nameof(o.ControlDatabase)), o.ControlDatabase))
            .Concat(SchemasOf(o).Select(s => Name(named(nameof(o.VerifiedSchemas)), s))).FirstOrDefault(p => p is not null);
    }

    internal static IReadOnlyList<string> DatabasesOf(InitRolesOptions o) => o.Databases.Count > 0 ? [.. o.Databases.Distinct(StringComparer.Ordinal)] : ["app"];

    internal static IReadOnlyList<string> SchemasOf(InitRolesOptions o) => o.VerifiedSchemas.Count > 0 ? [.. o.VerifiedSchemas.Distinct(StringComparer.Ordinal)] : ["public"];

    private static string? Role(string option, string name) => Name(option, name)
        ?? (name.StartsWith("pg_", StringComparison.Ordinal) || name is "public" or "none" ? $"{option} is '{name}', a name that PostgreSQL keeps for itself; choose another" : null);

    private static string? Name(string option, string name) =>
        name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= MostBytes && !name.Any(char.IsControl)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{option} is '{string.Concat(name.Select(c => char.IsControl(c) ? '?' : c))}'; it must have 1 to {MostBytes} bytes in UTF-8 and no control characters");
}
