using System.Globalization;

namespace HaConnect.Doctor;

/// <summary>
/// Whom pg_hba.conf lets in, where the user may see it. Rules for the server's own host, by loopback or a socket, are judged only for what needs no
/// password. The file is mended by hand: no statement of PostgreSQL writes it. Pure.
/// </summary>
internal static class HbaChecks
{
    /// <summary>The server is told the password itself (manual, "Authentication Methods").</summary>
    private static readonly string[] s_clear = ["password", "ldap", "pam", "bsd", "radius"];

    internal static IEnumerable<ClusterFinding> Find(Examination seen) => seen.Nodes.SelectMany(n => (n.Access?.Rules ?? []).SelectMany(r => Of(n.Node, r))).Concat(Unseen(seen));

    private static IEnumerable<ClusterFinding> Of(string node, HbaRule rule)
    {
        if (rule.Error is { } error)
        {
            // A line that could be read and is in force all the same: hostssl while ssl is off.
            yield return rule.Type.Length > 0
                ? Finding(FindingCodes.HbaError, node, rule, $"lets nobody in ({error})", "set ssl = on, or correct it, and reload")
                : Finding(FindingCodes.HbaError, node, rule, $"is wrong ({error}): the whole file is passed over when it is reloaded, and a server that is started with it lets nobody in", "correct it and reload");
            yield break;
        }

        if (rule.Method == "reject")
            yield break;
        if (rule.Method == "trust")
        {
            yield return rule.IsLocal
                ? Finding(FindingCodes.HbaTrustLocal, node, rule, "lets anybody on that host in without a password, as any role, a superuser too", "write scram-sha-256 (or peer, for local) instead of trust, and reload") with { Severity = FindingSeverity.Information }
                : Finding(FindingCodes.HbaTrust, node, rule, "lets anybody from there in without a password, as any role that it names", "write scram-sha-256 instead of trust, and reload");
        }

        if (rule.IsLocal)
            yield break;
        if (rule.Type != "hostssl" && s_clear.Contains(rule.Method, StringComparer.Ordinal))
            yield return Finding(FindingCodes.HbaClearPassword, node, rule, $"asks for passwords in clear ({rule.Method}) over connections that need not be encrypted", "write hostssl for host, or scram-sha-256 for the method, and reload");
        if (rule is { IsForReplication: true, IsForAllAddresses: true })
            yield return Finding(FindingCodes.HbaReplicationWide, node, rule, "lets replication in from all addresses: a password is all that keeps a stranger from copying the whole cluster", "write the addresses of the other nodes, and reload");
        if (rule.IsForReplication && rule.Users.Contains("all", StringComparer.Ordinal))
            yield return Finding(FindingCodes.HbaReplicationUsers, node, rule, "lets every role replicate that has REPLICATION or is a superuser", "write the role that standbys connect with instead of all, and reload");
    }

    private static ClusterFinding Finding(string code, string node, HbaRule rule, string what, string remedy) =>
        Diagnosis.Warning(code, node, string.Create(CultureInfo.InvariantCulture, $"line {rule.Line} of pg_hba.conf of {node}{(rule.Type.Length > 0 ? $" ({Text(rule)})" : "")} {what}"), Mend.ByHand(string.Create(CultureInfo.InvariantCulture, $"in line {rule.Line} of pg_hba.conf: {remedy}")));

    private static string Text(HbaRule rule) => string.Join(' ', ((string[])[rule.Type, string.Join(',', rule.Databases), string.Join(',', rule.Users), rule.Netmask.Length > 0 ? $"{rule.Address} {rule.Netmask}" : rule.Address, rule.Method]).Where(p => p.Length > 0));

    private static IEnumerable<ClusterFinding> Unseen(Examination seen)
    {
        if (seen.Access is not { Access: { MayReadRules: false } } at || seen.Servers.FirstOrDefault(s => s.Node == at.Node).Server is not { } server)
            yield break;
        yield return Diagnosis.Information(FindingCodes.RulesUnseen, null, $"pg_hba.conf cannot be seen as {server.User}: whom it lets in, and how, is not judged",
            Mend.AtPrimary(seen, $"GRANT SELECT ON pg_catalog.pg_hba_file_rules TO {server.User}", $"GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO {server.User}"));
    }
}
