using HaConnect.Doctor;

namespace HaConnect.Operations.Planning;

/// <summary>
/// The roles, made by psql at a server that has just been started: those of docs/operations/roles.sql. Passwords are made on the host, into files that
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
        .. Observer(SqlText.Identifier(plan.Roles.Observer)),
        .. Control(SqlText.Identifier(plan.Roles.Control)),
        $"CREATE DATABASE {SqlText.Identifier(plan.Database)} OWNER {SqlText.Identifier(plan.Roles.Application)};",
    ]);

    internal static IReadOnlyList<string> OfWitness(PlanDescription plan, PlannedNode witness) => Psql(plan, witness,
    [
        .. Create(plan.Roles.Control, "control", "LOGIN"),
        $"GRANT CONNECT, CREATE ON DATABASE postgres TO {SqlText.Identifier(plan.Roles.Control)};",
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

    private static IEnumerable<string> Observer(string role) =>
    [
        $"GRANT CONNECT ON DATABASE postgres TO {role};",
        $"GRANT pg_monitor TO {role};",
        $"GRANT SELECT ON pg_catalog.pg_file_settings TO {role};",
        $"GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO {role};",
    ];

    /// <summary>And what lets the doctor judge pg_hba.conf.</summary>
    private static IEnumerable<string> Control(string role) =>
    [
        $"GRANT CONNECT, CREATE ON DATABASE postgres TO {role};",
        $"GRANT pg_monitor, pg_signal_backend TO {role};",
        $"GRANT SELECT ON pg_catalog.pg_file_settings, pg_catalog.pg_hba_file_rules TO {role};",
        $"GRANT EXECUTE ON FUNCTION pg_catalog.pg_promote(boolean, integer), pg_catalog.pg_reload_conf(), pg_catalog.pg_switch_wal(), pg_catalog.pg_wal_replay_resume(), pg_catalog.pg_show_all_file_settings(), pg_catalog.pg_hba_file_rules() TO {role};",
        $"GRANT ALTER SYSTEM ON PARAMETER primary_conninfo, synchronous_standby_names, recovery_min_apply_delay, default_transaction_read_only, haconnect.term TO {role};",
    ];
}
