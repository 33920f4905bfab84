using HaConnect.Testing.Hosting;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Setup;

/// <summary>Makes roles and databases in single-user mode, before the first start: faster than a start and a stop, and no server ever stands open.</summary>
internal static class ClusterRoles
{
    /// <summary>What HaConnect changes by ALTER SYSTEM, and nothing else.</summary>
    private const string Parameters = "primary_conninfo, primary_slot_name, restore_command, synchronous_standby_names, default_transaction_read_only, "
        + "recovery_min_apply_delay, wal_receiver_timeout, \"haconnect.term\"";

    private const string Functions = "pg_promote(boolean, integer), pg_reload_conf(), pg_switch_wal(), pg_wal_replay_pause(), pg_wal_replay_resume(), pg_show_all_file_settings()";

    public static async Task CreateAsync(ClusterSetup setup, string dataDirectory, bool witness, CancellationToken cancellationToken)
    {
        IEnumerable<string> statements = witness
            ? [SuperuserPassword(setup), .. Control(setup)]
            : [SuperuserPassword(setup), .. Control(setup), .. Application(setup), $"CREATE ROLE {setup.Replication.User} LOGIN REPLICATION PASSWORD '{setup.Replication.Password}'"];
        string input = string.Join('\n', statements) + "\n"; // single-user mode: a line is a statement
        string[] arguments = ["--single", "-F", "-D", dataDirectory, "-c", "log_destination=stderr", "-c", "logging_collector=off", "-c", "synchronous_standby_names=", "postgres"];
        ToolResult result = await setup.Host.RunAsync("postgres", arguments, null, input, cancellationToken).ConfigureAwait(false);
        result.ThrowIfFailed("postgres --single");
        if (result.Output.Split('\n').FirstOrDefault(line => line.Contains("ERROR:", StringComparison.Ordinal)) is { } error)
            throw new PostgresClusterException($"Making roles and databases failed: {error}");
    }

    private static string SuperuserPassword(ClusterSetup setup) => $"ALTER ROLE {setup.Superuser.User} PASSWORD '{setup.Superuser.Password}'";

    private static string[] Application(ClusterSetup setup) =>
    [
        $"CREATE ROLE {setup.Application.User} LOGIN PASSWORD '{setup.Application.Password}'",
        $"CREATE DATABASE \"{setup.Options.ApplicationDatabase.Replace("\"", "\"\"", StringComparison.Ordinal)}\" OWNER {setup.Application.User}",
    ];

    private static string[] Control(ClusterSetup setup)
    {
        string role = setup.Control.User;
        string create = $"CREATE ROLE {role} LOGIN PASSWORD '{setup.Control.Password}'";
        if (setup.Host.MajorVersion < 15)
            return [create + " SUPERUSER"]; // privileges on parameters and the role pg_checkpoint came with 15
        return
        [
            create,
            $"GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO {role}",
            $"GRANT EXECUTE ON FUNCTION {Functions} TO {role}",
            $"GRANT SELECT ON pg_file_settings TO {role}",
            $"GRANT ALTER SYSTEM, SET ON PARAMETER {Parameters} TO {role}",
            $"GRANT CREATE ON DATABASE postgres TO {role}",
        ];
    }
}
