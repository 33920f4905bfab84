using System.Globalization;
using System.Text;
using HaConnect.Doctor;

namespace HaConnect.Operations.Roles;

/// <summary>The sections as a script for psql, to be read. Pure.</summary>
internal static class RoleScript
{
    internal static string Write(InitRolesOptions o)
    {
        var script = new StringBuilder();
        Comment(script, Foreword(o));
        string? connected = null;
        foreach (var section in RoleSections.Of(o))
        {
            script.Append('\n');
            if (section.Database != connected)
                script.Append(CultureInfo.InvariantCulture, $"\\connect -reuse-previous=on {Connect(section.Database ?? o.ControlDatabase)}\n");
            connected = section.Database;
            Comment(script, section.Comment);
            foreach (var statement in section.Statements.Where(s => !s.IsForExisting))
            {
                if (statement.Comment is not null)
                    script.Append('\n');
                Comment(script, statement.Comment);
                script.Append(statement.Readable()).Append('\n');
            }

            if (section.Afterword is { Length: > 0 } afterword)
            {
                if (section.Statements.Count > 0)
                    script.Append('\n');
                Comment(script, afterword);
            }
        }

        return script.ToString();
    }

    private static string Foreword(InitRolesOptions o)
    {
        var where = o.Witness is null ? "primary" : "witness";
        var version = o.PostgresVersion >= 15 ? "15 and later; before, see --postgres-version" : o.PostgresVersion.ToString(CultureInfo.InvariantCulture);
        var connection = $"psql -h HOST -U postgres -d {(o.ControlDatabase.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') ? o.ControlDatabase : "…")} -f roles.sql";
        return $"""
            The roles that HaConnect uses, each with the least privileges it needs. For PostgreSQL {version}.

            Written by "haconnect init-roles" (docs/operations/roles.md), which takes other names, and with --apply runs it and sets passwords.
            By hand: as a superuser at the {where}, connected to the control database, {SqlText.Identifier(o.ControlDatabase)} (Failover.ControlDatabase):

              {connection}

            {(o.Witness is null
                ? "Replication brings the roles and grants to the standbys. A witness is a server of its own and holds no data: of all this it needs the\nfirst two statements of section 3, no more (--witness)."
                : "A witness is a server of its own and holds no data: no other role is needed there.")}

            There are no passwords in here: set them with psql's \password, which sends none in clear. Where a role exists already, CREATE ROLE is an
            error that psql goes on after, and the role keeps what it has.
            """;
    }

    /// <summary>With a connection string, which an odd name cannot turn into one: psql's manual, \connect.</summary>
    private static string Connect(string database)
    {
        var value = database.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
        return SqlText.Identifier($"dbname='{value}'");
    }

    private static void Comment(StringBuilder script, string? text)
    {
        foreach (var line in text?.Split('\n') ?? [])
            script.Append(line.Length > 0 ? "-- " : "--").Append(line).Append('\n');
    }
}
