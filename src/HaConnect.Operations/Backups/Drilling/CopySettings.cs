using HaConnect.Operations.Rejoining;

namespace HaConnect.Operations.Backups;

/// <summary>The settings of a copy's server, on its command line, where they win over those that came with the backup: it archives nothing, follows nobody, and listens on a socket in its folder only.</summary>
internal static class CopySettings
{
    /// <summary>A server in recovery must have at least as much of these as its primary. As pg_controldata has them.</summary>
    private static readonly (string Setting, string Label)[] s_fromPrimary =
        [("max_connections", "max_connections setting"), ("max_worker_processes", "max_worker_processes setting"), ("max_wal_senders", "max_wal_senders setting"), ("max_prepared_transactions", "max_prepared_xacts setting"), ("max_locks_per_transaction", "max_locks_per_xact setting")];

    internal static IReadOnlyList<string> Arguments(RestorePlace place, ControlData control, DrillTarget target, string? restoreCommand, IEnumerable<KeyValuePair<string, string>> more)
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["config_file"] = Path.Combine(place.Root, "copy.conf"),
            ["hba_file"] = Path.Combine(place.Root, "copy_hba.conf"),
            ["ident_file"] = Path.Combine(place.Root, "copy_ident.conf"),
            ["data_directory"] = place.Data,
            ["external_pid_file"] = "",
            ["listen_addresses"] = "",
            ["unix_socket_directories"] = place.Root,
            ["unix_socket_group"] = "",
            ["port"] = "5432", // of the socket's name only
            ["ssl"] = "off",
            ["cluster_name"] = "haconnect-restore",
            ["archive_mode"] = "off",
            ["archive_cleanup_command"] = "",
            ["recovery_end_command"] = "",
            ["primary_conninfo"] = "",
            ["primary_slot_name"] = "",
            ["synchronous_standby_names"] = "",
            ["recovery_min_apply_delay"] = "0",
            ["shared_preload_libraries"] = "",
            ["session_preload_libraries"] = "",
            ["local_preload_libraries"] = "",
            ["dynamic_shared_memory_type"] = "mmap", // in the data folder: a killed server leaves nothing in /dev/shm
            ["shared_buffers"] = "128MB",
            ["huge_pages"] = "off",
            ["fsync"] = "off", // it is thrown away
            ["hot_standby"] = "on",
            ["logging_collector"] = "off",
            ["log_destination"] = "stderr",
            ["log_line_prefix"] = "%m [%p] ",
            ["log_min_messages"] = "warning", // which has what recovery says: LOG ranks above it
            ["log_timezone"] = "UTC",
            ["timezone"] = "UTC",
            ["lc_messages"] = "C",
            ["restore_command"] = restoreCommand ?? "false",
            ["recovery_target"] = "",
            ["recovery_target_time"] = "",
            ["recovery_target_lsn"] = "",
            ["recovery_target_name"] = "",
            ["recovery_target_xid"] = "",
            ["recovery_target_inclusive"] = "on",
            ["recovery_target_timeline"] = "latest",
            ["recovery_target_action"] = "pause",
        };
        foreach (var (setting, label) in s_fromPrimary)
        {
            if (control.Line(label) is { } value)
                settings[setting] = value;
        }

        settings[target.Setting.Name] = target.Setting.Value;
        foreach (var (name, value) in more)
            settings[name] = value;
        return [.. settings.SelectMany(s => (string[])["-c", $"{s.Key}={s.Value}"])];
    }
}
