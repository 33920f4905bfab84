namespace HaConnect.Doctor;

/// <summary>What the control user and an observer need: docs/operations/roles.sql has the same, since it is written from these lists.</summary>
internal static class ControlGrants
{
    internal static readonly string[] Memberships = ["pg_monitor", "pg_signal_backend"];

    internal static readonly string[] Functions =
        ["pg_catalog.pg_promote(boolean, integer)", "pg_catalog.pg_reload_conf()", "pg_catalog.pg_switch_wal()", "pg_catalog.pg_wal_replay_resume()", FileSettingsFunction];

    internal static readonly string[] Parameters = ["primary_conninfo", "synchronous_standby_names", "recovery_min_apply_delay", "default_transaction_read_only", "haconnect.term"];

    internal const string FileSettings = "pg_catalog.pg_file_settings";

    internal const string FileSettingsFunction = "pg_catalog.pg_show_all_file_settings()";

    /// <summary>What makes a least-privileged control user of a superuser: the grants, then the attribute. What it has made it owns.</summary>
    internal static IReadOnlyList<string> Instead(string role, string database, bool coordinates)
    {
        var name = SqlText.Identifier(role);
        return coordinates
            ?
            [
                $"GRANT CONNECT, CREATE ON DATABASE {SqlText.Identifier(database)} TO {name}",
                $"GRANT {string.Join(", ", Memberships)} TO {name}",
                $"GRANT SELECT ON {FileSettings} TO {name}",
                $"GRANT EXECUTE ON FUNCTION {string.Join(", ", Functions)} TO {name}",
                $"GRANT ALTER SYSTEM ON PARAMETER {string.Join(", ", Parameters)} TO {name}",
                $"ALTER ROLE {name} NOSUPERUSER",
            ]
            :
            [
                $"GRANT pg_monitor TO {name}",
                $"GRANT SELECT ON {FileSettings} TO {name}",
                $"GRANT EXECUTE ON FUNCTION {FileSettingsFunction} TO {name}",
                $"ALTER ROLE {name} NOSUPERUSER",
            ];
    }
}
