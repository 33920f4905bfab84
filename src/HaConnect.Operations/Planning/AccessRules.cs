using System.Net;
using System.Net.Sockets;
using HaConnect.Options;

namespace HaConnect.Operations.Planning;

/// <summary>pg_hba.conf of a server: each role from where it comes, with a password, and over TLS where that is planned. Pure.</summary>
internal static class AccessRules
{
    private const string Method = "scram-sha-256";

    internal static IReadOnlyList<string> Of(PlanDescription plan, PlannedNode node)
    {
        var (roles, type) = (plan.Roles, plan.UsesTls ? "hostssl" : "host");
        var servers = plan.Nodes.Select(n => AddressOf(n.Host)).Distinct(StringComparer.Ordinal).ToList();
        var clients = ClientsOf(plan);
        List<string> rules = [$"local all all {Method}"];
        if (plan.Nodes.Contains(node))
        {
            rules.AddRange(servers.Select(a => $"{type} replication {Quote(roles.Replication)} {a} {Method}"));
            rules.AddRange(servers.Select(a => $"{type} all {Quote(roles.Superuser)} {a} {Method}")); // rejoin, and setting a standby up
            if (plan.KeepSlots)
                rules.AddRange(servers.Select(a => $"{type} postgres {Quote(roles.Replication)} {a} {Method}"));
            rules.AddRange(clients.Select(a => $"{type} {Quote(plan.Database)} {Quote(roles.Application)} {a} {Method}"));
        }
        else
        {
            rules.Add($"{type} all {Quote(roles.Superuser)} {AddressOf(node.Host)} {Method}");
        }

        rules.AddRange(clients.Select(a => $"{type} postgres {Quote(roles.Control)},{Quote(roles.Observer)} {a} {Method}"));
        return rules;
    }

    private static IReadOnlyList<string> ClientsOf(PlanDescription plan) => plan.Clients.Count > 0 ? plan.Clients
        : plan.Nodes.Concat(plan.Witnesses).All(n => HostList.IsLocal(n.Host)) ? ["127.0.0.1/32", "::1/128"]
        : ["samenet"];

    private static string AddressOf(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address) ? $"{address}/{(address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32)}"
        : HostList.IsLocal(host) ? "samehost" // localhost may be ::1, 127.0.0.1, or both
        : host;

    /// <summary>In quotes no word means anything special (manual, "The pg_hba.conf File").</summary>
    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
