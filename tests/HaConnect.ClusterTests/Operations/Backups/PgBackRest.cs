using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>pgBackRest on this machine: installed, or unpacked by eng/install-backup-tools.sh.</summary>
internal static class PgBackRest
{
    /// <summary>Null where it is not here.</summary>
    internal static string? Program { get; } = ((string?[])[.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, "pgbackrest")), Environment.GetEnvironmentVariable("HACONNECT_BACKUP_TOOLS") is { Length: > 0 } tools ? Path.Combine(tools, "usr/bin/pgbackrest") : null, "/var/tmp/haconnect-backup-tools/usr/bin/pgbackrest"])
        .FirstOrDefault(File.Exists);

    /// <summary>A cluster that archives by it, with its configuration in the cluster's folder.</summary>
    internal static PostgresClusterOptions Options(string command)
    {
        var options = BackedUpCluster.Options();
        options.Settings["archive_command"] = $"{command} --config=\"$(cd .. && pwd)/pgbackrest.conf\" --stanza=main archive-push \"%p\"";
        options.Settings["unix_socket_directories"] = ".."; // in which pgBackRest connects to a server of its own host
        return options;
    }

    /// <summary>Runs it for the stanza main.</summary>
    internal static Task<string> RunAsync(BackedUpCluster its, params string[] arguments) =>
        its.Programs.RunToSuccessAsync(Program!, [$"--config={its.Root}/pgbackrest.conf", "--stanza=main", .. arguments], new Dictionary<string, string> { ["PGPASSWORD"] = its.Cluster.Superuser.Password }, its.Root, TestContext.Current.CancellationToken);

    internal static void Name(BackupRepositoryOptions options, BackedUpCluster its)
    {
        (options.Folder, options.WalFolder) = (null, null);
        (options.PgBackRestStanza, options.PgBackRestConfig, options.PgBackRestCommand) = ("main", its.Root + "/pgbackrest.conf", [Program!]);
    }
}
