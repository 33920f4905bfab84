namespace HaConnect.Doctor;

/// <summary>Whether the application has more than an application needs, and what it needs. Pure.</summary>
internal static class RoleChecks
{
    internal static IEnumerable<ClusterFinding> Find(Examination seen) =>
        seen.Access is not { } at ? [] : Application(seen, at.Node, at.Access).Concat(Database(seen, at.Node, at.Access)).Concat(ReadOnly(seen, at.Node, at.Access)).Concat(Md5(at.Node, at.Access));

    private static IEnumerable<ClusterFinding> Application(Examination seen, string node, AccessReading access)
    {
        if (access.Roles.FirstOrDefault(r => r.Name == seen.Options.ApplicationUser) is not { } role)
            yield break;
        var name = SqlText.Identifier(role.Name);
        if (role.IsSuperuser)
        {
            yield return Diagnosis.Warning(FindingCodes.ApplicationSuperuser, node, $"the application connects as {role.Name}, a superuser: whoever gets a statement into it has the whole server and its host",
                role.IsBootstrap ? Mend.ByHand("give the application a role of its own (docs/operations/roles.sql, section 1)") : Mend.AtPrimary(seen, $"ALTER ROLE {name} NOSUPERUSER"));
            yield break;
        }

        (bool Has, string Attribute)[] attributes = [(role.MayReplicate && role.Name != seen.Options.ReplicationUser, "REPLICATION"), (role.MayCreateRoles, "CREATEROLE"), (role.BypassesRowSecurity, "BYPASSRLS")];
        var toomany = attributes.Where(a => a.Has).Select(a => a.Attribute).ToList();
        if (toomany.Count > 0)
        {
            yield return Diagnosis.Warning(FindingCodes.ApplicationAttributes, node, $"the application's role {role.Name} has {string.Join(", ", toomany)}, which no application needs: it could copy the whole cluster, make itself other roles, or pass over row security",
                Mend.AtPrimary(seen, $"ALTER ROLE {name} {string.Join(' ', toomany.Select(a => $"NO{a}"))}"));
        }

        if (role.Powers.Count > 0)
        {
            yield return Diagnosis.Warning(FindingCodes.ApplicationPowers, node, $"the application's role {role.Name} is a member of {string.Join(", ", role.Powers)}: it acts on the host's files and programs as the server itself, and so can make itself a superuser",
                role.Powers.All(p => role.OwnPowers.Contains(p, StringComparer.Ordinal)) ? Mend.AtPrimary(seen, $"REVOKE {string.Join(", ", role.Powers)} FROM {name}") : Mend.ByHand("revoke that membership from the roles through which it comes"));
        }
    }

    private static IEnumerable<ClusterFinding> Database(Examination seen, string node, AccessReading access)
    {
        if (access.Database is not { } database)
            yield break;
        var name = SqlText.Identifier(database.Name);
        if (!database.AllowsConnections || database.ConnectionLimit == 0)
        {
            yield return Diagnosis.Warning(FindingCodes.DatabaseClosed, node, $"the application's database {database.Name} accepts no new connections",
                Mend.AtPrimary(seen, $"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true CONNECTION LIMIT {(database.ConnectionLimit == 0 ? -1 : database.ConnectionLimit)}"));
        }
    }

    private static IEnumerable<ClusterFinding> ReadOnly(Examination seen, string node, AccessReading access) =>
        from setting in access.ReadOnly
        let what = (setting.Role, setting.Database) switch
        {
            (null, null) => "ROLE ALL",
            (null, { } database) => $"DATABASE {SqlText.Identifier(database)}",
            ({ } role, null) => $"ROLE {SqlText.Identifier(role)}",
            ({ } role, { } database) => $"ROLE {SqlText.Identifier(role)} IN DATABASE {SqlText.Identifier(database)}",
        }
        select Diagnosis.Warning(FindingCodes.RoleReadOnly, node, $"{what} has default_transaction_read_only = on: its sessions cannot write, at the primary neither", Mend.AtPrimary(seen, $"ALTER {what} RESET default_transaction_read_only"));

    private static IEnumerable<ClusterFinding> Md5(string node, AccessReading access)
    {
        if (access.Md5Roles is { Count: > 0 } roles)
        {
            yield return Diagnosis.Warning(FindingCodes.Md5Passwords, node, $"the passwords of {string.Join(", ", roles.Take(10))} are stored as MD5 hashes, each of which is as good as the password to whoever has it, and which later versions of PostgreSQL give up",
                Mend.ByHand("set password_encryption = scram-sha-256, and give each a password anew with psql's \\password"));
        }
    }
}
