using System.Globalization;
using System.Text;

namespace HaConnect.Operations.Planning;

/// <summary>The plan to read. Pure.</summary>
internal static class PlanMarkdown
{
    internal static string Of(PlanDescription plan, IReadOnlyList<PlanProblem> problems)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Cluster {Cell(plan.Cluster)}\n\n{Wanted(plan)}");
        Section(text, "Nodes", Table(["Node", "Address", "Place", "Role at first", "Data directory"], plan.Nodes.Concat(plan.Witnesses).Select(n => (string[])[n.Name, Address(n), n.Place ?? "-", RoleOf(plan, n), plan.DataDirectoryOf(n)])));
        if (problems.Count > 0)
            Section(text, "To know before", string.Concat(problems.Select(p => $"- `{p.Code}`: {Cell(p.Text)}\n")));
        Section(text, "Quorum", "As `haconnect status` says it once all are up, an instance coordinates, and the first node is the primary:\n\n" + string.Concat(LossTable.Quorum(plan).Select(q => $"- {q.Topic}: {Cell(q.Text)}\n")));
        Section(text, "What each loss costs", $"At once, while {plan.Primary.Name} is the primary and all others are well.\n\n"
            + Table(["Lost", "Writes", "Failover", "Acked writes", "Writes stand still for"], LossTable.Of(plan).Select(l => (string[])[l.What, l.Writes, l.Failover, l.Acked, l.Time])) + Measured(plan));
        Section(text, "Settings of every data node", $"In `haconnect.conf`, which `postgresql.conf` includes. Those of its own: {string.Join(", ", Own(plan).Select(s => $"`{s}`"))}.\n\n"
            + Table(["Setting", "Value", "Why"], ServerSettings.Of(plan, plan.Primary).Where(s => !Own(plan).Contains(s.Name, StringComparer.Ordinal)).Select(s => (string[])[$"`{s.Name}`", $"`{s.Value}`", s.Why])));
        foreach (var group in plan.Nodes.Concat(plan.Witnesses).GroupBy(n => string.Join('\n', AccessRules.Of(plan, n)), n => n.Name, StringComparer.Ordinal))
            Section(text, $"pg_hba.conf of {string.Join(", ", group)}", Block("", group.Key));
        Section(text, "Settings of the applications", $"`{Cell(plan.InDirectory("appsettings.json"))}`, with the passwords in `{Cell(plan.ApplicationPassFile)}` (mode 0600): put both where the application is, and correct `Passfile` where that is elsewhere.\n\n" + Block("json", ApplicationSettings.Json(plan)));
        Section(text, "Setting it up", $"`haconnect plan --file plan.json --commands NODE` prints what each host has to run; in this order, on its host, as the user that is to own the server:\n\n"
            + Block("sh", string.Join('\n', plan.Nodes.Concat(plan.Witnesses).Select(n => $"haconnect plan --file plan.json --commands {ShellText.Word(n.Name)} | sh"))) + Copies(plan)
            + "\nThen, with an instance of the application up:\n\n" + Block("sh", $"haconnect plan --file plan.json --verify\nhaconnect doctor --fail-on warning --config {ShellText.Word(plan.InDirectory("appsettings.json"))}"));
        return text.ToString();
    }

    private static string Wanted(PlanDescription plan)
    {
        List<string> parts = [plan.IsSynchronous ? "No acked write may be lost in a failover (`--rpo 0`): a commit waits for 1 of the synchronous standbys." : "What was acked last may be lost in a failover (`--rpo async`): no commit waits for a standby."];
        if (plan.RtoSeconds is { } rto)
            parts.Add(Text($"Writes may stand still for {rto} s (`--rto`)."));
        if (plan.ReadShare is { } share)
            parts.Add(Reads(plan, share));
        parts.Add(Text($"PostgreSQL {plan.PostgresMajor}, {(plan.UsesTls ? "over TLS" : "without TLS")}."));
        return string.Join(' ', parts) + "\n";
    }

    private static string Reads(PlanDescription plan, double share)
    {
        var replicas = plan.Nodes.Count - 1;
        if (replicas == 0)
            return Text($"{share:P0} of the load are reads, all at the one node.");
        var without = replicas == 1 ? "the primary has all of them without it" : Text($"{share / (replicas - 1):P0} when one is away");
        return Text($"{share:P0} of the load are reads: {share / replicas:P0} for each of {replicas} {(replicas == 1 ? "replica" : "replicas")}, {without}.");
    }

    private static string Measured(PlanDescription plan) => !MeasuredFailover.Covers(plan)
        ? $"\nNo failover of such a cluster was measured for this; what was: {MeasuredFailover.Conditions}.\n"
        : $"\nMeasured ({MeasuredFailover.Conditions}), median and worst, the primary {string.Join("; ", MeasuredFailover.All.Select(m => Text($"{m.What}: {m.Median:0.00} s, {m.Worst:0.00} s")))}.\n";

    private static string Copies(PlanDescription plan) => plan.Nodes.Concat(plan.Witnesses).Select(n => n.Host).Distinct(StringComparer.OrdinalIgnoreCase).Count() == 1 ? ""
        : $"\n{plan.Primary.Name}'s commands make the passwords, in `{Cell(plan.Directory)}`. Before the others are run copy from there, with mode 0600: `servers.pgpass` to the hosts of the other data nodes{(plan.Witnesses.Count > 0 ? ", and `servers.pgpass`, `superuser.password` and `control.password` to those of the witnesses" : "")}.\n";

    private static string RoleOf(PlanDescription plan, PlannedNode node) => plan.Witnesses.Contains(node) ? "witness" : node == plan.Primary ? "primary"
        : plan.SynchronousStandbys.Contains(node.Name, StringComparer.Ordinal) ? "synchronous standby" : "asynchronous standby";

    private static string[] Own(PlanDescription plan) => ["cluster_name", "port", "listen_addresses", "unix_socket_directories", .. plan.UsesTls ? (string[])["ssl_cert_file", "ssl_key_file"] : []];

    private static string Address(PlannedNode node) => Options.ConfiguredNode.NameOf(node.Host.Trim('[', ']'), node.Port);

    private static void Section(StringBuilder text, string title, string body) => text.Append(CultureInfo.InvariantCulture, $"\n## {Cell(title)}\n\n{body}");

    private static string Table(string[] columns, IEnumerable<string[]> rows) =>
        $"| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => "---|"))}\n" + string.Concat(rows.Select(r => $"| {string.Join(" | ", r.Select(Cell))} |\n"));

    private static string Block(string language, string body) => $"```{language}\n{body}\n```\n";

    /// <summary>Nothing in a name ends a cell or begins markup of its own.</summary>
    private static string Cell(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
