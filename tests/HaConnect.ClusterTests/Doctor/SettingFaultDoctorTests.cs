using HaConnect.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>Settings that are wrong on one node, and files that are.</summary>
public sealed class SettingFaultDoctorTests : DoctorTest
{
    [Fact]
    public async Task Diagnose_Settings_EachIsFoundAndMendedByItsStatements()
    {
        var (cluster, db) = await StartSoundAsync();
        await using var _ = db;
        await HoldAsync(cluster, db,
        [
            Setting(cluster, "n2", "wal-sender-timeout", "wal_sender_timeout", "0"),
            Setting(cluster, "n3", "standby-delay", "max_standby_streaming_delay", "-1"),
            Setting(cluster, "n3", "standby-delay", "max_standby_archive_delay", "-1"),
            Setting(cluster, "n3", "replay-delayed", "recovery_min_apply_delay", "1h"),
            Setting(cluster, "n2", "receiver-status", "wal_receiver_status_interval", "0"),
            Setting(cluster, "n2", "retry-interval", "wal_retrieve_retry_interval", "5min"),
            Setting(cluster, "n1", "checkpoint-timeout", "checkpoint_timeout", "30s"),
            Setting(cluster, "n1", "checkpoint-timeout", "checkpoint_timeout", "12h"),
            Setting(cluster, "n1", "autovacuum", "autovacuum", "off"),
            Setting(cluster, "n1", "autovacuum", "track_counts", "off"),
            Setting(cluster, "n1", "password-encryption", "password_encryption", "md5"),
            Setting(cluster, "n2", "damage-hidden", "zero_damaged_pages", "on"),
            Setting(cluster, "n3", "damage-hidden", "ignore_checksum_failure", "on"),
            Setting(cluster, "n1", "idle-session-timeout", "idle_session_timeout", "10min"),
            Setting(cluster, "n1", "timeout-for-all", "statement_timeout", "30s"),
            Setting(cluster, "n1", "timeout-for-all", "lock_timeout", "10s"),
            Setting(cluster, "n1", "primary-read-only", "default_transaction_read_only", "on"),
            Setting(cluster, "n1", "no-kept-wal", "wal_keep_size", "0"),
            Setting(cluster, "n3", "wal-receiver-timeout", "wal_receiver_timeout", "1min") with { Severity = FindingSeverity.Unsafe },
            Setting(cluster, "n1", "wal-receiver-timeout", "wal_receiver_timeout", "0"),
            Setting(cluster, "n1", "ack-proves-nothing", "full_page_writes", "off") with { Severity = FindingSeverity.Unsafe },
            Setting(cluster, "n1", "ack-proves-nothing", "synchronous_commit", "local") with { Severity = FindingSeverity.Unsafe },
            Setting(cluster, "n3", "restore-command", "restore_command", "cp ''/nowhere/%f'' %p") with { Severity = FindingSeverity.Unsafe },
            Setting(cluster, "n1", "sync-names-differ", "synchronous_standby_names", "*") with { Severity = FindingSeverity.Unsafe },
        ]);
    }

    [Fact]
    public async Task Diagnose_Files_EachErrorIsFound()
    {
        var (cluster, db) = await StartSoundAsync(o =>
        {
            o.Settings["archive_mode"] = "on";
            o.Settings["archive_command"] = "/bin/true";
            o.Settings["archive_timeout"] = "5min";
        });
        await using var _ = db;
        await HoldAsync(cluster, db,
        [
            new("settings-file-error@n2", () => AppendAsync(cluster["n2"], "postgresql.auto.conf", "work_mem = 'lots'")),
            File(cluster, "n2", "postgresql.conf", "settings-file-error@n2", "no_such_setting = 1"),
            Setting(cluster, "n3", "pending-restart", "max_worker_processes", "9"),
            File(cluster, "n2", "pg_hba.conf", "hba-replication-wide@n2", "host replication replicator 0.0.0.0/0 scram-sha-256"),
            File(cluster, "n2", "pg_hba.conf", "hba-replication-users@n2", "host replication all 192.0.2.0/24 scram-sha-256"),
            File(cluster, "n2", "pg_hba.conf", "hba-trust@n2", "host app app 192.0.2.0/24 trust"),
            File(cluster, "n1", "pg_hba.conf", "hba-clear-password@n1", "host app app 192.0.2.0/24 password"),
            File(cluster, "n3", "pg_hba.conf", "hba-error@n3", "host all all 300.0.0.0/8 scram-sha-256"),
            File(cluster, "n3", "pg_hba.conf", "hba-error@n3", "hostssl app app 192.0.2.0/24 scram-sha-256"), // and ssl is off
            Setting(cluster, "n1", "archive-command-missing", "archive_command", "") with { ByHand = () => SetAsync(cluster["n1"], "archive_command", "/bin/true") },
            new("archive-failing@n1", () => ArchiveAsync(cluster["n1"], "/bin/false")) { ByHand = () => ArchiveAsync(cluster["n1"], "/bin/true") },
        ]);
    }

    /// <summary>The file is put back as it was.</summary>
    private static PlantedFault File(PostgresCluster cluster, string node, string file, string found, string line)
    {
        var path = Path.Combine(cluster[node].DataDirectory, file);
        var before = System.IO.File.ReadAllText(path);
        return new(found, () => AppendAsync(cluster[node], file, line)) { ByHand = () => System.IO.File.WriteAllTextAsync(path, before, Cancelled) };
    }

    private static Task AppendAsync(PostgresNode node, string file, string line) => System.IO.File.AppendAllTextAsync(Path.Combine(node.DataDirectory, file), line + "\n", Cancelled);

    /// <summary>A segment that is full wakes the archiver.</summary>
    private static async Task ArchiveAsync(PostgresNode node, string command)
    {
        await SetAsync(node, "archive_command", command);
        await node.ExecuteAsync("SELECT pg_logical_emit_message(false, 'test', 'x')", Cancelled);
        await node.ExecuteAsync("SELECT pg_switch_wal()", Cancelled);
    }
}
