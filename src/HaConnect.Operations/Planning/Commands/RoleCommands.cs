using HaConnect.Doctor;
using HaConnect.Operations.Roles;

namespace HaConnect.Operations.Planning;

/// <summary>
/// The roles, made by psql at a server that has just been started: with what <see cref="RoleSections"/> gives them. Passwords are made on the host, into files that
/// only its owner reads; psql takes them from there. Standbys do not exist yet, so that no commit waits for one. Pure.
/// </summary>
internal static class RoleCommands
{
    /// <summary>Statements may go into the server's log; not these.</summary>
    private static readonly string[] s_unlogged = ["SET log_statement = 'none';", "SET log_min_duration_statement = -1;", "SET log_min_error_statement = 'panic';"];

    /// <summary>The names of the files of passwords, each with its role.</summary>
    internal static IEnumerable<(string File, string Role)> Passwords(PlannedRoles roles) =>
        [("superuser.password", roles.Superuser), ("replication.password", roles.Replication), ("application.password", roles.Application), ("control.password", roles.Control), ("observer.password", roles.Observer)];

    /// <summary>Run in the folder of the password files.</summary>
    internal static IReadOnlyList<string> OfPrimary(PlanDescription plan) => Psql(plan, plan.Primary,
    [
        .. Create(plan.Roles.Application, "application", "LOGIN"),
        .. Create(plan.Roles.Observer, "observer", "LOGIN"),
        .. Create(plan.Roles.Control, "control", plan.KeepSlots ? "LOGIN REPLICATION" : "LOGIN"),
        .. Create(plan.Roles.Replication, "replication", "LOGIN REPLICATION"),
        .. Grants(new InitRolesOptions { Application = null, Verifier = null, Observer = plan.Roles.Observer, Control = plan.Roles.Control, PostgresVersion = plan.PostgresMajor, ReadsHbaRules = true }),
        $"CREATE DATABASE {SqlText.Identifier(plan.Database)} OWNER {SqlText.Identifier(plan.Roles.Application)};",
    ]);

    internal static IReadOnlyList<string> OfWitness(PlanDescription plan, PlannedNode witness) => Psql(plan, witness,
    [
        .. Create(plan.Roles.Control, "control", "LOGIN"),
        .. Grants(new InitRolesOptions { Control = plan.Roles.Control, Witness = witness.Host }),
    ]);

    internal static IReadOnlyList<string> Psql(PlanDescription plan, PlannedNode node, IEnumerable<string> statements) =>
    [
        ShellText.Here(FormattableString.Invariant($"PGPASSFILE={ShellText.Word(plan.ServersPassFile)} PGOPTIONS='-c synchronous_commit=local' {ShellText.Word($"{plan.ProgramsOf(node)}/psql")} -X -q -w -v ON_ERROR_STOP=1 -h {ShellText.Word($"{plan.InDirectory(node.Name)}")} -p {node.Port} -U {ShellText.Word(plan.Roles.Superuser)} -d postgres -o /dev/null"), [.. s_unlogged, .. statements]),
    ];

    private static IEnumerable<string> Create(string role, string file, string attributes) =>
    [
        $"\\set password `cat {file}.password`",
        $"CREATE ROLE {SqlText.Identifier(role)} {attributes} PASSWORD :'password';",
    ];

    /// <summary>What the observer and the control user are given. They may see pg_hba.conf, for the doctor.</summary>
    private static IEnumerable<string> Grants(InitRolesOptions roles) =>
        RoleSections.Of(roles).SelectMany(s => s.Statements).Where(s => s.Creates is null && !s.IsForExisting).Select(s => $"{s.Sql(s.Objects)};");
}
