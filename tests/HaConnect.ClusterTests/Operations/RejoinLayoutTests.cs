using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HaConnect.ClusterTests.Lab;
using HaConnect.Operations;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;

namespace HaConnect.ClusterTests.Operations;

/// <summary>Rejoins of servers that are laid out and reached as in production: configuration, WAL and file systems elsewhere, TLS, password files, slots.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RejoinLayoutTests : ClusterTest
{
    /// <summary>A follower's slot keeps no WAL while its node is a standby, and is there for the next failover.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_SlotsAndCertificates_StayTheNodesOwn(bool takesBaseBackup)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0, Settings = { ["wal_level"] = "logical" } });
        var node = cluster["n1"];
        await node.ExecuteAsync("SELECT pg_create_physical_replication_slot('follower', true)", Cancelled);
        await node.ExecuteAsync("SELECT pg_create_logical_replication_slot('feed', 'pgoutput')", Cancelled);
        await WriteAsync(cluster, node, "server.key", "its own");
        await WriteAsync(cluster, cluster["n2"], "server.key", "another's");
        await ForkAsync(cluster, takesBaseBackup);

        var result = await cluster.RejoinAsync(node, Cancelled);

        Assert.Equal(takesBaseBackup ? RejoinMethod.BaseBackup : RejoinMethod.Rewind, result.Method);
        Assert.Equal(["Logical replication slot feed of n1 is gone: who used it must begin anew, at the primary.", "Replication slot follower of n1 was created again, empty."], result.Notes);
        Assert.True(await node.ScalarAsync<bool>("SELECT array_agg(slot_name::text) = '{follower}' AND bool_and(restart_lsn IS NULL) FROM pg_replication_slots", Cancelled));
        var key = Path.Combine(node.DataDirectory, "server.key");
        Assert.Equal(("its own", UnixFileMode.UserRead | UnixFileMode.UserWrite), (await File.ReadAllTextAsync(key, Cancelled), File.GetUnixFileMode(key)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(node.DataDirectory, "postgresql.auto.conf")));
    }

    /// <summary>A container's volume: it can be neither moved nor removed.</summary>
    [Fact]
    public async Task RunAsync_DataFolderIsAMountPoint_IsRebuiltInside()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var node = cluster["n1"];
        await using var disk = await SmallDisk.UnderAsync(node, megabytes: 600);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        Directory.CreateDirectory(Path.Combine(node.DataDirectory, "lost+found"));
        await ForkAsync(cluster, takesBaseBackup: true);

        var result = await cluster.RejoinAsync(node, Cancelled);

        Assert.Equal(RejoinMethod.BaseBackup, result.Method);
        await FollowsAsync(cluster);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(node.DataDirectory), e => Path.GetFileName(e) is ".haconnect-old" or ".haconnect-new" or "haconnect-complete");
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(node.DataDirectory)!), e => Path.GetFileName(e).StartsWith("n1.haconnect-", StringComparison.Ordinal));
    }

    /// <summary>Twice, since each base backup gives the WAL another folder beside the last one.</summary>
    [Fact]
    public async Task RunAsync_WalIsALink_StaysOneOnItsDisk()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var node = cluster["n1"];
        var folder = Path.GetDirectoryName(node.DataDirectory)!;
        var (link, wal) = (Path.Combine(node.DataDirectory, "pg_wal"), Path.Combine(folder, "wal"));
        await node.StopAsync(cancellationToken: Cancelled);
        Directory.Move(link, wal);
        Directory.CreateSymbolicLink(link, wal);
        await node.StartAsync(Cancelled);
        await ForkAsync(cluster, takesBaseBackup: false);
        Assert.Equal(RejoinMethod.Rewind, (await cluster.RejoinAsync(node, Cancelled)).Method);
        Assert.Equal(wal, new DirectoryInfo(link).LinkTarget);

        foreach (var expected in (string[])["wal.haconnect-1", "wal.haconnect-2", "wal.haconnect-1"])
        {
            await node.KillAsync(Cancelled);
            await File.WriteAllTextAsync(node.DataDirectory + ".haconnect-rewinding", "", Cancelled);
            Assert.Equal(RejoinMethod.BaseBackup, (await cluster.RejoinAsync(node, Cancelled)).Method);
            Assert.Equal(Path.Combine(folder, expected), new DirectoryInfo(link).LinkTarget);
            Assert.Equal([expected], Directory.EnumerateDirectories(folder, "wal*").Select(d => Path.GetFileName(d)));
        }

        await FollowsAsync(cluster);
    }

    /// <summary>As Debian has it, with a server that was killed: pg_rewind recovers it first, for which it needs the configuration.</summary>
    [Fact]
    public async Task RunAsync_ConfigurationOutsideTheDataFolder_IsRewoundAndStartedWithIt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        Assert.SkipWhen(cluster.MajorVersion < 15, "pg_rewind takes no configuration file before PostgreSQL 15");
        var node = cluster["n1"];
        await node.ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await node.StopAsync(cancellationToken: Cancelled);
        var configuration = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(node.DataDirectory)!, "etc n1")).FullName;
        foreach (var file in (string[])["postgresql.conf", "haconnect-node.conf", "pg_hba.conf", "pg_ident.conf"])
            File.Move(Path.Combine(node.DataDirectory, file), Path.Combine(configuration, file));
        var main = Path.Combine(configuration, "postgresql.conf");
        await File.AppendAllTextAsync(main, $"\nhba_file = '{configuration}/pg_hba.conf'\nident_file = '{configuration}/pg_ident.conf'\n", Cancelled);
        var programs = await OperatorPrograms.InstallAsync(cluster);
        await OperatorPrograms.RunAsync(programs, "pg_ctl", "start", "-D", node.DataDirectory, "-w", "-l", node.DataDirectory + ".first.log", "-o", $"-c config_file='{main}'");
        try
        {
            await cluster["n2"].ExecuteAsync("SELECT pg_promote(true)", Cancelled);
            await OperatorPrograms.RunAsync(programs, "pg_ctl", "kill", "KILL", (await File.ReadAllLinesAsync(Path.Combine(node.DataDirectory, "postmaster.pid"), Cancelled))[0]);
            await UntilAsync("the end of its processes", async () => (await FolderProcesses.FindAsync(node.DataDirectory, Cancelled)).Count == 0);
            var options = new RejoinOptions { Node = "n1", DataDirectory = node.DataDirectory, Username = cluster.Superuser.User, Password = cluster.Superuser.Password, ProgramDirectory = programs };

            var result = await Rejoin.RunAsync(ClusterOptions.Coordinate(cluster), options, Cancelled);

            Assert.Equal(RejoinMethod.Rewind, result.Method);
            Assert.Equal(main, await node.ScalarAsync<string>("SHOW config_file", Cancelled));
            await FollowsAsync(cluster);
        }
        finally
        {
            await Tool.RunAsync(Path.Combine(programs, "pg_ctl"), ["stop", "-D", node.DataDirectory, "-m", "immediate", "-w"], cancellationToken: CancellationToken.None);
        }
    }

    /// <summary>No password is given to anybody: each program takes the password file, and none goes without TLS.</summary>
    [Fact]
    public async Task RunAsync_PasswordFileAndTls_AreUsedByAllPrograms()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var node = cluster["n1"];
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        foreach (var server in cluster.Nodes)
        {
            await WriteAsync(cluster, server, "server.crt", certificate.ExportCertificatePem());
            await WriteAsync(cluster, server, "server.key", key.ExportPkcs8PrivateKeyPem());
            await server.ExecuteAsync("ALTER SYSTEM SET ssl = on", Cancelled);
            var access = Path.Combine(server.DataDirectory, "pg_hba.conf");
            await File.WriteAllTextAsync(access, (await File.ReadAllTextAsync(access, Cancelled)).Replace("host ", "hostssl ", StringComparison.Ordinal), Cancelled);
            await server.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        }

        var folder = Path.GetDirectoryName(node.DataDirectory)!;
        var passFile = Path.Combine(folder, "pass file");
        await File.WriteAllTextAsync(passFile, $"*:*:*:{cluster.Replication.User}:{cluster.Replication.Password}\n*:*:*:{cluster.Superuser.User}:{cluster.Superuser.Password}\n", Cancelled);
        await OwnAsync(passFile);
        await ForkAsync(cluster, takesBaseBackup: false);
        var programs = await OperatorPrograms.InstallAsync(cluster);
        var options = new RejoinOptions { Node = "n1", DataDirectory = node.DataDirectory, Username = cluster.Superuser.User, ProgramDirectory = programs };
        var configured = ClusterOptions.Coordinate(cluster);
        (configured.Failover.Replication.Password, configured.Failover.Replication.PassFile, configured.Failover.Replication.SslMode) = (null, passFile, "require");
        try
        {
            Assert.Equal(RejoinMethod.Rewind, (await Rejoin.RunAsync(configured, options, Cancelled)).Method);
            Assert.True(await cluster["n2"].ScalarAsync<bool>("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_replication USING (pid)", Cancelled));
            await OperatorPrograms.RunAsync(programs, "pg_ctl", "stop", "-D", node.DataDirectory, "-m", "immediate", "-w");
            await File.WriteAllTextAsync(node.DataDirectory + ".haconnect-rewinding", "", Cancelled);
            Assert.Equal(RejoinMethod.BaseBackup, (await Rejoin.RunAsync(configured, options, Cancelled)).Method);

            // Where nobody offers it, none of them goes without.
            await cluster["n2"].ExecuteAsync("ALTER SYSTEM SET ssl = off", Cancelled);
            await cluster["n2"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
            await OperatorPrograms.RunAsync(programs, "pg_ctl", "stop", "-D", node.DataDirectory, "-m", "immediate", "-w");
            var refused = await Assert.ThrowsAsync<RejoinRefusedException>(() => Rejoin.RunAsync(configured, options, Cancelled));
            Assert.Contains("SSL", refused.Message, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            await Tool.RunAsync(Path.Combine(programs, "pg_ctl"), ["stop", "-D", node.DataDirectory, "-m", "immediate", "-w"], cancellationToken: CancellationToken.None);
        }
    }

    /// <summary>n2 is the primary, and n1 was killed; where a base backup is wanted it is as if a pg_rewind had been interrupted.</summary>
    private static async Task ForkAsync(PostgresCluster cluster, bool takesBaseBackup)
    {
        await cluster["n1"].ExecuteAsync("CREATE TABLE story (line int)", Cancelled);
        await UntilAsync("the table", () => cluster["n2"].ScalarAsync<bool>("SELECT to_regclass('story') IS NOT NULL", Cancelled));
        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_promote(true)", Cancelled);
        if (takesBaseBackup)
            await File.WriteAllTextAsync(cluster["n1"].DataDirectory + ".haconnect-rewinding", "", Cancelled);
    }

    private static async Task FollowsAsync(PostgresCluster cluster)
    {
        await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (7)", Cancelled);
        await UntilAsync("the row", () => cluster["n1"].ScalarAsync<bool>("SELECT array_agg(line) = '{7}' FROM story", Cancelled));
    }

    private static async Task WriteAsync(PostgresCluster cluster, PostgresNode node, string name, string text)
    {
        Assert.Contains(node, cluster.Nodes);
        var file = Path.Combine(node.DataDirectory, name);
        await File.WriteAllTextAsync(file, text, Cancelled);
        await OwnAsync(file);
    }

    private static async Task OwnAsync(string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await UnixUser.ResolveAsync(Cancelled)).Own(file);
    }
}
