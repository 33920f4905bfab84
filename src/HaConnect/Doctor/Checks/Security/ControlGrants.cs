namespace HaConnect.Doctor;

/// <summary>What makes a least-privileged control user of a superuser: the grants of docs/operations/roles.sql, then the attribute. What it has made it owns.</summary>
internal static class ControlGrants
{
    internal static IReadOnlyList<string> Instead(string role, string database, bool coordinates)
    {
        var name = SqlText.Identifier(role);
        return coordinates
            ?
            [
                $"GRANT CONNECT, CREATE ON DATABASE {SqlText.Identifier(database)} TO {name}",
                $"GRANT pg_monitor, pg_signal_backend TO {name}",
                $"GRANT SELECT ON pg_catalog.pg_file_settings TO {name}",
                $"GRANT EXECUTE ON FUNCTION pg_catalog.pg_promote(boolean, integer), pg_catalog.pg_reload_conf(), pg_catalog.pg_switch_wal(), pg_catalog.pg_wal_replay_resume(), pg_catalog.pg_show_all_file_settings() TO {name}",
                $"GRANT ALTER SYSTEM ON PARAMETER primary_conninfo, synchronous_standby_names, recovery_min_apply_delay, default_transaction_read_only, haconnect.term TO {name}",
                $"ALTER ROLE {name} NOSUPERUSER",
            ]
            :
            [
                $"GRANT pg_monitor TO {name}",
                $"GRANT SELECT ON pg_catalog.pg_file_settings TO {name}",
                $"GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO {name}",
                $"ALTER ROLE {name} NOSUPERUSER",
            ];
    }
}
