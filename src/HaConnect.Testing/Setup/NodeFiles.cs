using System.Globalization;
using System.Text;
using HaConnect.Testing.Processes;

namespace HaConnect.Testing.Setup;

/// <summary>
/// Writes the files that make a data folder this node's own. pg_basebackup, pg_rewind and a plain copy bring another node's files along,
/// so these are written again after each of them.
/// </summary>
internal sealed class NodeFiles(ClusterSetup setup, string name, string dataDirectory, int port)
{
    public const string BlockedLibraryPath = "/nonexistent";
    private const string OwnSettings = "haconnect-node.conf";
    private const string Automatic = "postgresql.auto.conf";

    /// <summary>Lines of postgresql.auto.conf that belong to the node that wrote them: who it follows, its term, its fence.</summary>
    private static readonly string[] NeverInherited =
        ["primary_conninfo", "primary_slot_name", "restore_command", "synchronous_standby_names", "default_transaction_read_only", "recovery_min_apply_delay", "haconnect."];

    /// <summary>Writes all settings of this node; blocked is what <see cref="PostgresNode.BlockReplicationAsync"/> does.</summary>
    public void WriteSettings(bool blocked)
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["listen_addresses"] = setup.Options.Network?.ListenAddressOf(name) ?? setup.Options.ListenAddress,
            ["unix_socket_directories"] = setup.Options.Network is null ? "" : setup.Folder, // named by the port, which no two nodes share
            ["max_connections"] = "100",
            ["shared_buffers"] = "16MB",
            ["dynamic_shared_memory_type"] = "mmap", // in the data folder: a killed server leaves nothing in /dev/shm
            ["fsync"] = "on",
            ["full_page_writes"] = "on",
            ["wal_level"] = "replica",
            ["wal_log_hints"] = "on",
            ["wal_keep_size"] = "256MB",
            ["max_wal_senders"] = "10",
            ["max_replication_slots"] = "10",
            ["hot_standby"] = "on",
            ["wal_receiver_timeout"] = "2s",
            ["password_encryption"] = "scram-sha-256",
            ["log_line_prefix"] = "%m [%p] %a ",
            ["log_destination"] = "stderr",
            ["logging_collector"] = "off",
            ["log_timezone"] = "UTC",
            ["timezone"] = "UTC",
            ["lc_messages"] = "C",
        };
        foreach ((string key, string value) in setup.Options.Settings)
            settings[key] = value;
        settings["port"] = port.ToString(CultureInfo.InvariantCulture);
        settings["cluster_name"] = name;
        if (blocked)
            settings["dynamic_library_path"] = BlockedLibraryPath;

        StringBuilder text = new($"# Written by HaConnect.Testing for {name}, again after each base backup and rewind.\n");
        foreach ((string key, string value) in settings)
            text.Append(CultureInfo.InvariantCulture, $"{key} = {Quote(value)}\n");
        Write(OwnSettings, text.ToString());

        string main = Path.Combine(dataDirectory, "postgresql.conf");
        const string Include = $"include = '{OwnSettings}'";
        if (!File.ReadLines(main).Contains(Include, StringComparer.Ordinal))
            File.AppendAllText(main, $"\n{Include}\n");
    }

    public void WriteAccess() => Write("pg_hba.conf", $"""
        # TYPE DATABASE USER ADDRESS METHOD
        local all all scram-sha-256
        local replication {setup.Replication.User} scram-sha-256
        {string.Join('\n', Addresses().SelectMany(a => (string[])[$"host all all {a} scram-sha-256", $"host replication {setup.Replication.User} {a} scram-sha-256"]))}

        """);

    private IEnumerable<string> Addresses() =>
        setup.AddressOf(name).StartsWith("127.", StringComparison.Ordinal) ? ["127.0.0.0/8"] : ["127.0.0.0/8", "samenet"];

    /// <summary>Makes the folder a standby of the given server, under this node's name.</summary>
    public void WriteStandby(string upstreamHost, int upstreamPort)
    {
        WriteAutomatic("primary_conninfo", Conninfo(setup, upstreamHost, upstreamPort, name));
        Write("standby.signal", "");
    }

    public static string Conninfo(ClusterSetup setup, PostgresNode upstream, string standby) => Conninfo(setup, upstream.Host, upstream.Port, standby);

    /// <summary>The order of the keywords is part of what tests rely on.</summary>
    private static string Conninfo(ClusterSetup setup, string host, int port, string standby) =>
        string.Create(CultureInfo.InvariantCulture, $"host={host} port={port} user={setup.Replication.User} password={setup.Replication.Password} application_name={standby}");

    public void WriteSynchronousNames(string names) => WriteAutomatic("synchronous_standby_names", names);

    private void WriteAutomatic(string setting, string value)
    {
        List<string> lines = [.. File.ReadLines(Path.Combine(dataDirectory, Automatic))
            .Where(line => !Array.Exists(NeverInherited, own => line.StartsWith(own, StringComparison.OrdinalIgnoreCase)))];
        lines.Add($"{setting} = {Quote(value)}");
        Write(Automatic, string.Join('\n', lines) + "\n");
    }

    private void Write(string file, string text)
    {
        string path = Path.Combine(dataDirectory, file);
        File.WriteAllText(path, text);
        setup.User.Own(path);
    }

    /// <summary>Line 8 of postmaster.pid is what pg_ctl waits for too (storage/pidfile.h): starting, standby (not yet consistent), ready, stopping.</summary>
    public static string? ReadinessProblem(string pidFile)
    {
        string[] lines = File.Exists(pidFile) ? File.ReadAllLines(pidFile) : [];
        string status = lines.Length < 8 ? "not known" : lines[7].Trim();
        return string.Equals(status, "ready", StringComparison.Ordinal) ? null : $"its status is {status}";
    }

    private static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
