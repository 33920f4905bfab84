using System.Globalization;
using HaConnect.Options;
using Microsoft.Extensions.Options;

namespace HaConnect.Operations.Planning;

/// <summary>What is wrong with a description: refused, or worth knowing before it is built. Pure.</summary>
internal static class PlanCheck
{
    private const int LongestSocketPath = 107; // sun_path of Linux, without its NUL
    private const int LeastMajor = 15;
    private const int NewestMajor = 18;

    internal static IReadOnlyList<PlanProblem> Of(PlanDescription plan)
    {
        List<PlanProblem> refusals = [.. Shape(plan)];
        if (refusals.Count > 0)
            return refusals;
        refusals.AddRange(new HaDatabaseOptionsValidator().Validate(null, ApplicationSettings.OptionsOf(plan)) is { Failed: true } invalid ? invalid.Failures.Select(f => Refused("invalid", f)) : []);
        refusals.AddRange(Texts(plan));
        return refusals.Count > 0 ? refusals : PlanWarnings.Of(plan);
    }

    private static IEnumerable<PlanProblem> Shape(PlanDescription plan)
    {
        if (plan.SchemaVersion != 1)
            yield return Refused("schema", Text($"schemaVersion is {plan.SchemaVersion}; this program knows 1. Use the haconnect that wrote the file, or a newer one."));
        if (plan.Nodes.Count == 0)
            yield return Refused("no-nodes", "No node is named. Give --nodes n1=host:port@place,… (port and place can be left out).");
        if (plan.Rpo is not (PlanDescription.Synchronous or PlanDescription.Asynchronous))
            yield return Refused("rpo", $"--rpo is '{plan.Rpo}'; it must be 0 (no acked write may be lost) or async (what was acked last may be).");
        else if (plan is { IsSynchronous: true, Nodes.Count: > 0, SynchronousStandbys.Count: 0 })
            yield return Refused("rpo-without-standby", plan.Nodes.Count == 1 ? "--rpo is 0, and there is one node: what it has acked is nowhere else. Add a node, or give --rpo async." : "--rpo is 0, and no node but the first is synchronous: nobody could ack. Leave synchronous out for at least one other node, or give --rpo async.");
        if (plan.RtoSeconds is <= 0 or > 86400)
            yield return Refused("rto", Text($"--rto is {plan.RtoSeconds}; it must be more than 0 and at most 86400 seconds."));
        if (plan.ReadShare is not null and not (>= 0 and <= 1))
            yield return Refused("read-share", Text($"--read-share is {plan.ReadShare}; it must be 0 (writes only) to 1 (reads only)."));
        if (plan.DegradeAfterSeconds is not null and not (>= 4 and <= 86400))
            yield return Refused("degrade-after", Text($"--degrade-after is {plan.DegradeAfterSeconds}; it must be 4 to 86400 seconds."));
        if (plan.PostgresMajor is < LeastMajor or > NewestMajor)
            yield return Refused("version", Text($"--postgres is {plan.PostgresMajor}; a plan is made for {LeastMajor} to {NewestMajor}. Before {LeastMajor} the control user has to be a superuser (docs/operations/roles.sql)."));
        if (plan.MaxConnections is < 20 or > 10000)
            yield return Refused("max-connections", Text($"maxConnections is {plan.MaxConnections}; it must be 20 to 10000."));
        foreach (var node in plan.Nodes.Concat(plan.Witnesses).Where(n => n.Name.Contains('/', StringComparison.Ordinal) || n.Name.StartsWith('.') || n.Name.StartsWith('-')))
            yield return Refused("name", $"The node name '{node.Name}' cannot be the name of a folder. Leave / out, and begin with neither . nor -.");
    }

    /// <summary>What goes into files and commands.</summary>
    private static IEnumerable<PlanProblem> Texts(PlanDescription plan)
    {
        foreach (var (option, value) in AllTexts(plan).Where(t => t.Value.Length == 0 || t.Value.Any(char.IsControl)))
            yield return Refused("text", value.Length == 0 ? $"{option} is empty. Give it, or leave it out." : $"{option} has a control character, which no file of settings can hold. Leave it out.");
        foreach (var (option, value) in plan.Roles.All().Append(("database", plan.Database)).Where(r => System.Text.Encoding.UTF8.GetByteCount(r.Item2) > 63))
            yield return Refused("long-name", $"{option} is '{value}', longer than the 63 bytes that PostgreSQL keeps. Shorten it.");
        if (plan.Roles.Superuser.AsSpan().IndexOfAny("\"$'\\") >= 0)
            yield return Refused("superuser", $"roles.superuser is '{plan.Roles.Superuser}'; initdb makes no superuser whose name has one of \" $ ' \\. Leave it out.");
        foreach (var group in plan.Roles.All().GroupBy(r => r.Name, r => r.Option, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return Refused("shared-role", $"{string.Join(" and ", group)} are both '{group.Key}'. Give each a role of its own, since each may do other things.");
        foreach (var (option, value) in Paths(plan).Where(p => !p.Path.StartsWith('/')))
            yield return Refused("path", $"{option} is '{value}'; give its full path, as it is on its host.");
        foreach (var (option, value) in Paths(plan).Where(p => p.Path.AsSpan().IndexOfAny("\"$`\\,") >= 0))
            yield return Refused("path", $"{option} is '{value}'; none of \" $ ` \\ , may be in it, since pg_ctl gives it to a shell, and PostgreSQL takes a comma for the end of a socket's folder.");
        foreach (var node in plan.Nodes.Concat(plan.Witnesses))
        {
            var socket = Text($"{plan.InDirectory(node.Name)}/.s.PGSQL.{node.Port}");
            if (System.Text.Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
                yield return Refused("long-path", Text($"The socket of {node.Name} would be {socket}, longer than the {LongestSocketPath} bytes that a socket's path may have. Give a shorter --directory."));
        }

        foreach (var client in plan.Clients.Where(c => c.Any(ch => char.IsWhiteSpace(ch) || ch is '"' or '#' or ',')))
            yield return Refused("clients", $"--clients has '{client}'; give networks or addresses as pg_hba.conf has them: 10.0.0.0/8, samenet, app1.example.com.");
        foreach (var host in plan.Nodes.Concat(plan.Witnesses).Select(n => n.Host).Where(h => h.StartsWith('/') || h.Any(ch => char.IsWhiteSpace(ch) || ch is '"' or '\'' or '#' or ',' or '\\')))
            yield return Refused("host", $"The host '{host}' is no host name and no address. Give what applications and the other nodes can reach.");
        foreach (var group in plan.Nodes.Concat(plan.Witnesses).GroupBy(n => (n.Host, plan.DataDirectoryOf(n))).Where(g => g.Count() > 1))
            yield return Refused("shared-directory", $"{string.Join(" and ", group.Select(n => n.Name))} have one data directory on {group.Key.Host}, {group.Key.Item2}. Give each one of its own.");
    }

    private static IEnumerable<(string Option, string Value)> AllTexts(PlanDescription plan) =>
        plan.Roles.All().Append(("database", plan.Database)).Concat(Paths(plan)).Concat(plan.Clients.Select(c => ("--clients", c))).Concat(plan.Nodes.Concat(plan.Witnesses).Where(n => n.Place is not null).Select(n => ($"The place of {n.Name}", n.Place!)));

    private static IEnumerable<(string Option, string Path)> Paths(PlanDescription plan) =>
        plan.Nodes.Concat(plan.Witnesses).SelectMany(n => (IEnumerable<(string, string)>)[($"The data directory of {n.Name}", plan.DataDirectoryOf(n)), ($"The program directory of {n.Name}", plan.ProgramsOf(n))]).Append(("--directory", plan.Directory));

    private static PlanProblem Refused(string code, string text) => new(code, IsRefusal: true, text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
