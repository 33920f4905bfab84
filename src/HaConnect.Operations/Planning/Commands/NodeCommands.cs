using System.Globalization;
using HaConnect.Doctor;
using HaConnect.Failover.Promotion;

namespace HaConnect.Operations.Planning;

/// <summary>
/// The shell commands that set one server up on its host, for <c>sh</c>. Nothing is begun over something that is there, and no password is in them. The
/// first node first: it makes the passwords. Pure.
/// </summary>
internal static class NodeCommands
{
    private const string SettingsFile = "haconnect.conf";

    internal static string Of(PlanDescription plan, PlannedNode node)
    {
        var isWitness = plan.Witnesses.Contains(node);
        var body = node == plan.Primary ? Primary(plan, node) : isWitness ? Witness(plan, node) : Standby(plan, node);
        var what = node == plan.Primary ? "the first primary" : isWitness ? "a witness" : "a standby";
        List<string> lines =
        [
            string.Create(CultureInfo.InvariantCulture, $"# {node.Name}, {what} of cluster {plan.Cluster}, {node.Host}:{node.Port}. Run this on its host, as the user that is to own the server."),
            "set -eu",
            "main() {",
            "umask 077",
            $"mkdir -p {ShellText.Word(plan.InDirectory(node.Name))}",
            $"cd {ShellText.Word(plan.Directory)}",
            $"if [ -e {ShellText.Word($"{plan.DataDirectoryOf(node)}/PG_VERSION")} ]; then echo {ShellText.Word($"{plan.DataDirectoryOf(node)} holds a server already: nothing was done.")} >&2; exit 1; fi",
            .. body,
            $"echo {ShellText.Word($"{node.Name} is set up.")}",
            "}",
            "main </dev/null",
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static List<string> Primary(PlanDescription plan, PlannedNode node) =>
    [
        .. MakePasswords(plan),
        .. RequireCertificates(plan, node),
        .. ApplicationFile(plan),
        .. InitializeAndStart(plan, node),
        .. RoleCommands.OfPrimary(plan),
        .. plan.IsSynchronous ? RoleCommands.Psql(plan, node, [$"ALTER SYSTEM SET synchronous_standby_names = {SqlText.Literal(SynchronousNames.Format(plan.Required, plan.SynchronousStandbys))};", "SELECT pg_catalog.pg_reload_conf();"]) : [],
    ];

    private static List<string> Witness(PlanDescription plan, PlannedNode node) =>
        [.. RequirePasswords(plan, "superuser.password", "control.password", "servers.pgpass"), .. RequireCertificates(plan, node), .. InitializeAndStart(plan, node), .. RoleCommands.OfWitness(plan, node)];

    private static List<string> Standby(PlanDescription plan, PlannedNode node)
    {
        var files = plan.InDirectory(node.Name);
        return
        [
            "command -v haconnect >/dev/null || { echo 'haconnect is not in PATH (docs/operations/tool.md).' >&2; exit 1; }",
            .. RequirePasswords(plan, "servers.pgpass"),
            .. RequireCertificates(plan, node),
            .. ApplicationFile(plan),
            ShellText.File($"{files}/{SettingsFile}", SettingsOf(plan, node)),
            ShellText.File($"{files}/pg_hba.conf", AccessRules.Of(plan, node)),
            $"haconnect init-standby {ShellText.Word(node.Name)} --config {ShellText.Word(plan.InDirectory("appsettings.json"))} --data-directory {ShellText.Word(plan.DataDirectoryOf(node))} --username {ShellText.Word(plan.Roles.Superuser)} --program-directory {ShellText.Word(plan.ProgramsOf(node))} --own-file {ShellText.Word($"{files}/{SettingsFile}")} --own-file {ShellText.Word($"{files}/pg_hba.conf")}",
        ];
    }

    /// <summary>Those that are there stay, so that it can be repeated. A shell's own printf has no arguments that others could see.</summary>
    private static IEnumerable<string> MakePasswords(PlanDescription plan)
    {
        yield return $"for f in {string.Join(' ', RoleCommands.Passwords(plan.Roles).Select(p => p.File))}; do [ -s \"$f\" ] || od -An -v -N24 -tx1 /dev/urandom | tr -d ' \\n' > \"$f\"; done";
        yield return PassFile(plan, "servers.pgpass", "superuser.password", "replication.password");
        yield return PassFile(plan, "application.pgpass", "application.password", "control.password", "observer.password");
    }

    private static string PassFile(PlanDescription plan, string name, params string[] files) =>
        $"{{ {string.Join(' ', RoleCommands.Passwords(plan.Roles).Where(p => files.Contains(p.File, StringComparer.Ordinal)).Select(p => $"printf '*:*:*:%s:%s\\n' {ShellText.Word(ShellText.PassFileField(p.Role))} \"$(cat {p.File})\";"))} }} > {name}";

    private static IEnumerable<string> RequirePasswords(PlanDescription plan, params string[] files) =>
        [$"for f in {string.Join(' ', files)}; do [ -r \"$f\" ] || {{ echo {ShellText.Word($"Copy these from {plan.Directory} of {plan.Primary.Name}'s host, where its commands made them: {string.Join(", ", files)}.")} >&2; exit 1; }}; done"];

    /// <summary>They come from whoever issues certificates. Replication looks for the issuer's in the folder of the server's user.</summary>
    private static IEnumerable<string> RequireCertificates(PlanDescription plan, PlannedNode node) => !plan.UsesTls ? [] :
    [
        $"for f in root.crt {ShellText.Word($"{node.Name}/server.crt")} {ShellText.Word($"{node.Name}/server.key")}; do [ -r \"$f\" ] || {{ echo {ShellText.Word($"TLS: put into {plan.Directory} root.crt, the certificate of your issuer, and {node.Name}/server.crt and {node.Name}/server.key, a certificate for {node.Host} and its key.")} >&2; exit 1; }}; done",
        "mkdir -p ~/.postgresql; [ -e ~/.postgresql/root.crt ] || cp root.crt ~/.postgresql/root.crt",
    ];

    private static IEnumerable<string> ApplicationFile(PlanDescription plan) => [ShellText.File("appsettings.json", ApplicationSettings.Json(plan).Split('\n'))];

    private static IEnumerable<string> InitializeAndStart(PlanDescription plan, PlannedNode node)
    {
        var (data, programs) = (plan.DataDirectoryOf(node), plan.ProgramsOf(node));
        return
        [
            $"{ShellText.Word($"{programs}/initdb")} -D {ShellText.Word(data)} -U {ShellText.Word(plan.Roles.Superuser)} --pwfile=superuser.password --auth=scram-sha-256 --data-checksums -E UTF8",
            ShellText.File($"{data}/{SettingsFile}", SettingsOf(plan, node)),
            ShellText.File($"{data}/pg_hba.conf", AccessRules.Of(plan, node)),
            $"printf \"\\ninclude '{SettingsFile}'\\n\" >> {ShellText.Word($"{data}/postgresql.conf")}",
            $"{ShellText.Word($"{programs}/pg_ctl")} start -D {ShellText.Word(data)} -w -l {ShellText.Word($"{data}.log")}",
        ];
    }

    private static IEnumerable<string> SettingsOf(PlanDescription plan, PlannedNode node) => ServerSettings.Of(plan, node).Select(s => $"{s.Name} = {ShellText.Setting(s.Value)}");
}
