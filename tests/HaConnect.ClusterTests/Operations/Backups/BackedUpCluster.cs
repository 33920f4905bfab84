using HaConnect.Operations;
using HaConnect.Operations.Processes;
using HaConnect.Testing;
using HaConnect.Testing.Setup;
using Npgsql;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>A cluster that archives its WAL, and base backups of it, all in the cluster's own folder.</summary>
internal sealed class BackedUpCluster : IAsyncDisposable
{
    private BackedUpCluster(PostgresCluster cluster, HostPrograms programs, NpgsqlDataSource primary) => (Cluster, Programs, Primary) = (cluster, programs, primary);

    internal static string ProgramDirectory => PostgresBinaries.Find(null) ?? throw new InvalidOperationException("PostgreSQL is not installed");

    internal PostgresCluster Cluster { get; }

    internal HostPrograms Programs { get; }

    /// <summary>As the control user, who may have a segment ended.</summary>
    internal NpgsqlDataSource Primary { get; private set; }

    internal string Root => Path.GetDirectoryName(Cluster["n1"].DataDirectory)!;

    internal string Wal => Path.Combine(Root, "archive");

    internal string Backups => Path.Combine(Root, "backups");

    /// <summary>Where copies are made.</summary>
    internal string Beside => Path.Combine(Root, "beside");

    internal static PostgresClusterOptions Options(int standbys = 0) => new()
    {
        Standbys = standbys,
        SynchronousStandbys = 0,
        DataChecksums = true,
        Settings = { ["archive_mode"] = "on", ["archive_command"] = "mkdir -p ../archive && cp \"%p\" \"../archive/%f\"", ["autovacuum"] = "off" }, // whose transactions would be new ones
    };

    internal static async Task<BackedUpCluster> MakeAsync(PostgresCluster cluster)
    {
        var programs = await HostPrograms.FindAsync(ProgramDirectory, null, TestContext.Current.CancellationToken);
        var made = new BackedUpCluster(cluster, programs, NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"], cluster.Control)));
        await programs.RunToSuccessAsync("mkdir", ["-p", made.Wal, made.Backups, made.Beside], null, made.Root, TestContext.Current.CancellationToken);
        await cluster["n1"].ExecuteAsync("CREATE TABLE story AS SELECT i AS line, repeat('x', 200) AS text FROM generate_series(1, 2000) i; CREATE INDEX ON story (line)", TestContext.Current.CancellationToken);
        return made;
    }

    internal async Task MoveToAsync(string node)
    {
        await Primary.DisposeAsync();
        Primary = NpgsqlDataSource.Create(Cluster.NodeConnectionString(Cluster[node], Cluster.Control));
    }

    internal async Task<string> TakeAsync(string name, params string[] more)
    {
        var folder = Path.Combine(Backups, name);
        await Programs.RunToSuccessAsync("pg_basebackup", ["-h", "127.0.0.1", "-p", $"{Cluster["n1"].Port}", "-U", Cluster.Replication.User, "-D", folder, "-c", "fast", .. more],
            new Dictionary<string, string> { ["PGPASSWORD"] = Cluster.Replication.Password }, Root, TestContext.Current.CancellationToken);
        return folder;
    }

    /// <summary>Some rows, and the segment that has them, which is ended and archived, with a look at the running transactions as its last but one record.</summary>
    internal async Task<string> WriteAndArchiveAsync(string node = "n1")
    {
        await Cluster[node].ExecuteAsync("INSERT INTO story SELECT i, md5(i::text) FROM generate_series(1, 500) i", TestContext.Current.CancellationToken);
        await Cluster[node].ExecuteAsync("CHECKPOINT", TestContext.Current.CancellationToken);
        var segment = await Cluster[node].ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal())", TestContext.Current.CancellationToken);
        await ClusterTest.UntilAsync($"{segment} is archived", () => Task.FromResult(File.Exists(Path.Combine(Wal, segment!)) && new FileInfo(Path.Combine(Wal, segment!)).Length == 16 << 20));
        return segment!;
    }

    /// <summary>Another folder with the same in it, to be damaged.</summary>
    internal async Task<string> CopyAsync(string folder, string name)
    {
        var copy = Path.Combine(Root, name);
        await Programs.RunToSuccessAsync("cp", ["-a", folder, copy], null, Root, TestContext.Current.CancellationToken);
        return copy;
    }

    internal BackupCheckOptions Check(string? backups = null, string? wal = null)
    {
        var options = new BackupCheckOptions { Primary = Primary };
        (options.Repository.Folder, options.Repository.WalFolder, options.Repository.ProgramDirectory) = (backups ?? Backups, wal ?? Wal, ProgramDirectory);
        return options;
    }

    internal BackupDrillOptions Drill(string? backups = null, string? wal = null)
    {
        var options = new BackupDrillOptions { ParentFolder = Beside, CopyUsername = Cluster.Superuser.User };
        (options.Repository.Folder, options.Repository.WalFolder, options.Repository.ProgramDirectory) = (backups ?? Backups, wal ?? Wal, ProgramDirectory);
        return options;
    }

    /// <summary>Neither a folder nor a process.</summary>
    internal async Task RequireNothingLeftAsync()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(Beside));
        var working = await Programs.RunAsync("/bin/sh", ["-c", "ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F \"$1/\" || true", "sh", Beside], null, "/", TestContext.Current.CancellationToken);
        Assert.Equal("", working.Output);
    }

    public ValueTask DisposeAsync() => Primary.DisposeAsync();
}
