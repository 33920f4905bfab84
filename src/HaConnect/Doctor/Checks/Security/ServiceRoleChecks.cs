using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>Whether the roles of replication and control have what they need and no more, and for how long. Pure.</summary>
internal static class ServiceRoleChecks
{
    /// <summary>Each instance has a few sessions at each node, and the operator's own besides.</summary>
    private const int LeastConnections = 20;

    private static readonly TimeSpan s_soon = TimeSpan.FromDays(14);

    internal static IEnumerable<ClusterFinding> Find(Examination seen)
    {
        if (seen.Access is not { } at)
            return [];
        var roles = at.Access.Roles;
        return roles.SelectMany(r => Expiry(seen, at.Node, at.Access, r))
            .Concat(Of(roles, seen.Options.ReplicationUser).SelectMany(r => Replication(seen, at.Node, r)))
            .Concat(Of(roles, seen.Options.ControlUser).SelectMany(r => Control(seen, at.Node, r)));
    }

    private static IEnumerable<ExaminedRole> Of(IEnumerable<ExaminedRole> roles, string? name) => roles.Where(r => r.Name == name);

    private static IEnumerable<ClusterFinding> Expiry(Examination seen, string node, AccessReading access, ExaminedRole role)
    {
        if (role.ValidUntil is { } until && TimeSpan.FromSeconds(Math.Clamp(until - access.Now, -1e9, 1e9)) is var left && left < s_soon)
        {
            yield return Diagnosis.Warning(FindingCodes.RoleExpires, node,
                string.Create(CultureInfo.InvariantCulture, $"the password of {role.Name} {(left <= TimeSpan.Zero ? "has expired" : $"expires in {left.TotalDays:0.#} days")} (VALID UNTIL): connections that there are go on, but after a failover or restart there is none"),
                Mend.AtPrimary(seen, $"ALTER ROLE {SqlText.Identifier(role.Name)} VALID UNTIL 'infinity'"));
        }
    }

    private static IEnumerable<ClusterFinding> Replication(Examination seen, string node, ExaminedRole role)
    {
        var name = SqlText.Identifier(role.Name);
        if (!role.MayLogIn || !(role.MayReplicate || role.IsSuperuser))
        {
            yield return Diagnosis.Warning(FindingCodes.ReplicationRole, node, $"{role.Name}, with which standbys connect (Failover.Replication.Username), {(role.MayLogIn ? "lacks REPLICATION" : "may not log in")}: the connections that there are go on, but no standby connects anew, after a failover neither",
                Mend.AtPrimary(seen, $"ALTER ROLE {name} LOGIN REPLICATION"));
        }

        if (role.IsSuperuser)
        {
            yield return Diagnosis.Warning(FindingCodes.ReplicationSuperuser, node, $"standbys connect as {role.Name}, a superuser, with a password that is in a file of each of them: LOGIN and REPLICATION are all it needs",
                role.IsBootstrap ? Mend.ByHand("make a role for replication (docs/operations/roles.sql, section 4), and set Failover.Replication and primary_conninfo to it") : Mend.AtPrimary(seen, $"ALTER ROLE {name} NOSUPERUSER LOGIN REPLICATION"));
        }

        var standbys = seen.Settings.DataNodes.Count() - 1;
        if (role.ConnectionLimit >= 0 && role.ConnectionLimit < standbys * 2)
            yield return Limited(seen, node, role, string.Create(CultureInfo.InvariantCulture, $"{standbys} standbys connect with it, each with two for a moment when it reconnects"));
    }

    private static IEnumerable<ClusterFinding> Control(Examination seen, string node, ExaminedRole role)
    {
        if (role.ConnectionLimit is >= 0 and < LeastConnections)
            yield return Limited(seen, node, role, "every instance probes and votes with it, with several sessions at each node");
        if (!role.IsSuperuser || seen.Servers.Any(s => s.Server.VersionNumber < 150000))
            yield break; // before 15 ALTER SYSTEM demands it
        yield return Diagnosis.Warning(FindingCodes.ControlSuperuser, node, $"the control user {role.Name} is a superuser, and every instance of the application has its password: a few grants are all it needs (docs/operations/roles.sql, section 3)",
            role.IsBootstrap ? Mend.ByHand("make a role for it as docs/operations/roles.sql says, section 3, and set Failover.ControlUsername to it") : Mend.AtPrimary(seen, ControlGrants.Instead(role.Name, seen.Settings.ControlDatabase, seen.Coordinates)));
    }

    private static ClusterFinding Limited(Examination seen, string node, ExaminedRole role, string why) => Diagnosis.Warning(FindingCodes.RoleConnectionLimit, node,
        string.Create(CultureInfo.InvariantCulture, $"{role.Name} has a connection limit of {role.ConnectionLimit}: {why}"), Mend.AtPrimary(seen, $"ALTER ROLE {SqlText.Identifier(role.Name)} CONNECTION LIMIT -1"));
}
