using HaConnect.ClusterTests.Operations;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;
using Npgsql;

namespace HaConnect.ClusterTests.Cli;

/// <summary><c>init-standby</c> as an operator runs it, for a node that the cluster does not have yet.</summary>
public sealed class InitStandbyTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-init-");

    [Fact]
    public async Task InitStandby_NewNode_StreamsUnderItsNameAndIsMadeInAnEmptyFolderOnly()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        using var port = PortReservation.Take(System.Net.IPAddress.Loopback);
        var programs = await OperatorPrograms.InstallAsync(cluster);
        var data = cluster["n1"].DataDirectory + "-new";
        var passwords = Path.Combine(Path.GetDirectoryName(data)!, "passwords"); // where the servers' user, who runs the programs, can read it
        await File.WriteAllLinesAsync(passwords, new[] { cluster.Superuser, cluster.Replication }.Select(c => $"*:*:*:{c.User}:{c.Password}"), Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(passwords, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await UnixUser.ResolveAsync(Cancelled)).Own(passwords);
        var settings = ToolRun.SettingsOf(cluster, _folder, o =>
        {
            o.Nodes.Add(new HaNodeOptions { Name = "n2", Host = "127.0.0.1", Port = port.Port });
            (o.Failover.Replication.Password, o.Failover.Replication.PassFile) = (null, passwords);
        });
        string[] init = ["init-standby", "n2", "--data-directory", data, "--username", cluster.Superuser.User, "--program-directory", programs];
        try
        {
            var signal = Path.Combine(_folder.FullName, "standby.signal");
            await File.WriteAllTextAsync(signal, "", Cancelled);
            foreach (var (file, expected) in ((string, string)[])[("/nonexistent/postgresql.conf", "there is no such file"), (signal, "cannot be a file of the node's own")])
            {
                var bad = await ToolRun.InProcessAsync(settings, [.. init, "--own-file", file]);
                Assert.True(bad.Code == 64 && bad.Error.Contains(expected, StringComparison.Ordinal), bad.ToString());
            }

            var made = await ToolRun.InProcessAsync(settings, init);
            Assert.True(made.Code == 0, made.ToString());
            Assert.StartsWith("n2 streams from n1 on timeline 1, by a base backup", made.Output, StringComparison.Ordinal);
            await using (var standby = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port.Port, Username = cluster.Superuser.User, Password = cluster.Superuser.Password, Database = "postgres", Pooling = false }.ConnectionString))
            {
                await standby.OpenAsync(Cancelled);
                await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery() AND current_setting('primary_conninfo') LIKE '% application_name=n2'", standby);
                Assert.Equal(true, await command.ExecuteScalarAsync(Cancelled));
            }

            var again = await ToolRun.InProcessAsync(settings, init);
            Assert.True(again.Code == 1 && again.Output.Contains("is not empty, and a new standby is made in an empty folder only", StringComparison.Ordinal), again.ToString());
            Assert.True(await cluster["n1"].ScalarAsync<bool>("SELECT count(*) = 1 FROM pg_stat_replication WHERE application_name = 'n2' AND state = 'streaming'", Cancelled)); // and was left alone
            Assert.DoesNotContain(cluster.Superuser.Password, made.Output + made.Error + again.Output + again.Error, StringComparison.Ordinal);
        }
        finally
        {
            if (File.Exists(Path.Combine(data, "postmaster.pid")))
                await OperatorPrograms.RunAsync(programs, "pg_ctl", "stop", "-D", data, "-m", "immediate", "-w");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
