using System.Globalization;
using HaConnect.Doctor;
using HaConnect.Failover.Promotion;
using HaConnect.Options;

namespace HaConnect.Operations.Planning.Verification;

/// <summary>Holds what was found against the plan. Who of the nodes is the primary just now is no difference. Pure.</summary>
internal static class PlanComparison
{
    internal static PlanVerification Of(PlanDescription plan, HaDatabaseOptions settings, IReadOnlyList<ServerFound> found)
    {
        var data = found.Where(f => plan.Nodes.Contains(f.Node)).ToList();
        List<string> unseen = [];
        List<PlanDifference> differences =
        [
            .. Applications(plan, settings),
            .. found.Where(f => f.Problem is not null).Select(f => new PlanDifference(f.Node.Name, "server", $"in reach at {Address(f.Node.Host, f.Node.Port)}", f.Problem!, "start it, or mend the way to it")),
            .. Identity(plan, found, data),
            .. Replication(plan, data, unseen),
            .. found.Where(f => f.Problem is null).SelectMany(f => SettingsOf(plan, f, unseen)),
            .. Roles(plan, found, data),
            .. Voters(plan, data, unseen),
        ];
        unseen.AddRange(found.Where(f => f.Problem is not null).Select(f => $"the settings of {f.Node.Name}, which could not be read"));
        return new PlanVerification(differences, unseen);
    }

    /// <summary>What the applications are told.</summary>
    private static IEnumerable<PlanDifference> Applications(PlanDescription plan, HaDatabaseOptions settings)
    {
        foreach (var (option, planned, configured) in ((string, IReadOnlyList<PlannedNode>, IReadOnlyList<ConfiguredNode>)[])[("Nodes", plan.Nodes, ConfiguredNode.DataNodesOf(settings)), ("Failover.Witnesses", plan.Witnesses, ConfiguredNode.WitnessesOf(settings))])
        {
            foreach (var node in planned)
            {
                var same = configured.FirstOrDefault(c => c.Name == node.Name);
                if (same is null || same.Host != node.Host || same.Port != node.Port)
                    yield return new(node.Name, $"{option} of the settings", Address(node.Host, node.Port), same is null ? "not there" : Address(same.Host, same.Port), $"correct {option} in the settings of every instance, or the plan");
            }

            foreach (var node in configured.Where(c => planned.All(p => p.Name != c.Name)))
                yield return new(node.Name, $"{option} of the settings", "not there", Address(node.Host, node.Port), $"take it out of {option} in the settings of every instance, or put it into the plan");
        }

        var wanted = ApplicationSettings.FailoverOf(plan);
        if (settings.Failover.RequiredSynchronousStandbys != wanted.RequiredSynchronousStandbys)
            yield return new(null, "Failover.RequiredSynchronousStandbys of the settings", Text(wanted.RequiredSynchronousStandbys), Text(settings.Failover.RequiredSynchronousStandbys), "correct it in the settings of every instance, or the plan");
        if (settings.Failover.DegradeAfter != wanted.DegradeAfter)
            yield return new(null, "Failover.DegradeAfter of the settings", wanted.DegradeAfter?.ToString() ?? "not set", settings.Failover.DegradeAfter?.ToString() ?? "not set", "correct it in the settings of every instance, or the plan");
        if (settings.Failover.Mode != wanted.Mode)
            yield return new(null, "Failover.Mode of the settings", wanted.Mode.ToString(), settings.Failover.Mode.ToString(), "set it in the settings of the instances that are to fail over");
        if (settings.ClusterName != plan.Cluster)
            yield return new(null, "ClusterName of the settings", plan.Cluster, settings.ClusterName, "correct it in the settings of every instance, or the plan");
    }

    private static IEnumerable<PlanDifference> Identity(PlanDescription plan, IReadOnlyList<ServerFound> found, IReadOnlyList<ServerFound> data)
    {
        foreach (var server in found.Where(f => f.Problem is null && f.Major != plan.PostgresMajor))
            yield return new(server.Node.Name, "version of PostgreSQL", Text(plan.PostgresMajor), Text(server.Major), "upgrade it, or correct the plan");
        var clusters = data.Where(f => f.Problem is null).GroupBy(f => f.SystemIdentifier, f => f.Node.Name, StringComparer.Ordinal).ToList();
        if (clusters.Count > 1)
            yield return new(null, "system identifier", "the same on all data nodes", string.Join("; ", clusters.Select(c => $"{c.Key} on {string.Join(", ", c)}")), "see which of them belongs to this cluster: they are no copies of each other");
    }

    private static IEnumerable<PlanDifference> Replication(PlanDescription plan, IReadOnlyList<ServerFound> data, List<string> unseen)
    {
        var open = data.Where(f => f is { Problem: null, InRecovery: false }).ToList();
        if (open is not [var primary])
        {
            yield return new(null, "primary", "one node out of recovery", open.Count == 0 ? "none" : string.Join(", ", open.Select(f => f.Node.Name)), "see haconnect status");
            yield break;
        }

        var streaming = data.SelectMany(f => f.Streaming ?? []).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (data.Any(f => f is { Problem: null, Streaming: null }))
            unseen.Add("which standbys stream, since the user may not see that (pg_monitor)");
        else
        {
            foreach (var standby in data.Where(f => f is { Problem: null, InRecovery: true } && !streaming.Contains(f.Node.Name)))
                yield return new(standby.Node.Name, "replication", $"streams from {primary.Node.Name} or another node under its name", "does not", "see its log; haconnect doctor says more");
        }

        var wanted = plan.IsSynchronous ? plan.Nodes.Where(n => n.Synchronous && n != primary.Node).Select(n => n.Name).Order(StringComparer.Ordinal).ToList() : [];
        var names = SynchronousNames.Parse(primary.SynchronousNames);
        if ((names?.Required ?? 0) != plan.Required || !(names?.Names ?? []).Order(StringComparer.Ordinal).SequenceEqual(wanted, StringComparer.Ordinal))
            yield return new(primary.Node.Name, "synchronous_standby_names", plan.IsSynchronous ? SynchronousNames.Format(plan.Required, wanted) : "empty", primary.SynchronousNames is { Length: > 0 } text ? text : "empty", "coordinators name every synchronous standby that streams, and nobody else does: docs/operations/degraded.md");
    }

    private static IEnumerable<PlanDifference> SettingsOf(PlanDescription plan, ServerFound server, List<string> unseen)
    {
        // At a witness the control user has no right to see where its sockets are.
        foreach (var planned in ServerSettings.Of(plan, server.Node).Where(s => s.Name != "unix_socket_directories" || plan.Nodes.Contains(server.Node)))
        {
            var found = server.Settings.GetValueOrDefault(planned.Name);
            var restart = found?.Context == "postmaster" ? $"; and restart {server.Node.Name}" : "; SELECT pg_reload_conf()";
            if (found is null)
                unseen.Add($"{planned.Name} of {server.Node.Name}, which the user may not see, or this version does not have");
            else if (!found.IsServerWide)
                unseen.Add($"{planned.Name} of {server.Node.Name}, for which the user has a value of its own ({found.Source})");
            else if (found.Value != planned.Value)
                yield return new(server.Node.Name, planned.Name, planned.Value, found.Value, $"run there: ALTER SYSTEM SET {planned.Name} = {SqlText.Literal(planned.Value)}{restart}");
            else if (found.AwaitsRestart)
                yield return new(server.Node.Name, planned.Name, planned.Value, $"{found.Value}, and another value in its files, which awaits a restart", "correct the files before it is restarted");
        }
    }

    private static IEnumerable<PlanDifference> Roles(PlanDescription plan, IReadOnlyList<ServerFound> found, IReadOnlyList<ServerFound> data)
    {
        var seen = data.Where(f => f.Problem is null).OrderBy(f => f.InRecovery).Take(1).Concat(found.Where(f => f.Problem is null && plan.Witnesses.Contains(f.Node)));
        foreach (var server in seen)
        {
            (string Name, bool Replicates)[] wanted = plan.Witnesses.Contains(server.Node) ? [(plan.Roles.Control, false)]
                : [(plan.Roles.Application, false), (plan.Roles.Observer, false), (plan.Roles.Control, plan.KeepSlots), (plan.Roles.Replication, true)];
            foreach (var (name, replicates) in wanted)
            {
                var planned = new FoundRole(name, MayLogIn: true, replicates, IsSuperuser: false);
                var role = server.Roles.FirstOrDefault(r => r.Name == name);
                if (role is null)
                    yield return new(server.Node.Name, $"role {name}", planned.Attributes, "not there", "make it as docs/operations/roles.sql says");
                else if (role != planned)
                    yield return new(server.Node.Name, $"role {name}", planned.Attributes, role.Attributes, $"run at the primary: ALTER ROLE {SqlText.Identifier(name)} LOGIN {(replicates ? "" : "NO")}REPLICATION NOSUPERUSER");
            }
        }
    }

    private static IEnumerable<PlanDifference> Voters(PlanDescription plan, IReadOnlyList<ServerFound> data, List<string> unseen)
    {
        var planned = plan.Nodes.Concat(plan.Witnesses).Select(n => n.Name).Order(StringComparer.Ordinal).ToList();
        if (data.Where(f => f.Problem is null).OrderBy(f => f.InRecovery).FirstOrDefault() is not { } server)
            yield break;
        if (server.Voters is not { } voters)
            unseen.Add("the voters on record: no coordinator has managed the cluster yet. Start an instance of the application");
        else if (!voters.Order(StringComparer.Ordinal).SequenceEqual(planned, StringComparer.Ordinal))
            yield return new(server.Node.Name, "voters on record", string.Join(", ", planned), string.Join(", ", voters), "correct the settings of every instance, or the plan; docs/operations/doctor.md#voters-differ");
    }

    private static string Address(string host, int port) => ConfiguredNode.NameOf(host, port);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
