using HaConnect.ClusterTests.Operations;
using HaConnect.Testing;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Cli;

/// <summary><c>rejoin</c> as an operator runs it, with the passwords in a file.</summary>
public sealed class RejoinCommandTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-rejoin-");

    [Fact]
    public async Task Rejoin_OldPrimary_IsRefusedWhereWritesWouldBeLostAndDoneWhenTheyMayBe()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var node = await OldPrimary.MakeAsync(cluster, Cancelled);
        var programs = await OperatorPrograms.InstallAsync(cluster);
        var passwords = Path.Combine(Path.GetDirectoryName(node.DataDirectory)!, "passwords"); // where the servers' user, who runs the programs, can read it
        await File.WriteAllLinesAsync(passwords, new[] { cluster.Superuser, cluster.Replication }.Select(c => $"*:*:*:{c.User}:{c.Password}"), Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(passwords, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await UnixUser.ResolveAsync(Cancelled)).Own(passwords);
        var settings = ToolRun.SettingsOf(cluster, _folder, o => (o.Failover.Replication.Password, o.Failover.Replication.PassFile, o.Failover.RequiredSynchronousStandbys) = (null, passwords, 0));
        await OperatorPrograms.RunAsync(programs, "pg_ctl", "start", "-D", node.DataDirectory, "-w", "-l", node.DataDirectory + ".first.log");
        try
        {
            await node.ExecuteAsync("INSERT INTO story VALUES (1)", Cancelled);
            string[] rejoin = ["rejoin", "n1", "--data-directory", node.DataDirectory, "--username", cluster.Superuser.User, "--program-directory", programs];
            var refused = await ToolRun.InProcessAsync(settings, rejoin);
            Assert.True(refused.Code == 1, refused.ToString());
            Assert.Contains("DiscardAckedWritesOf", refused.Output, StringComparison.Ordinal);
            Assert.Equal(1, await node.ScalarAsync<long>("SELECT count(*) FROM story", Cancelled)); // it was started again

            var done = await ToolRun.InProcessAsync(settings, [.. rejoin, "--discard-acked-writes-of", "n1", "-o", "json"]);
            Assert.True(done.Code == 0, done.ToString());
            Assert.Contains("n1 streams from n2 on timeline 2, by pg_rewind", done.Json.GetProperty("text").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain(cluster.Superuser.Password, done.Output + done.Error + refused.Output + refused.Error, StringComparison.Ordinal);
            await cluster["n2"].ExecuteAsync("INSERT INTO story VALUES (2)", Cancelled);
            await UntilAsync("the row", () => node.ScalarAsync<bool>("SELECT array_agg(line) = '{2}' FROM story", Cancelled));
        }
        finally
        {
            if (File.Exists(Path.Combine(node.DataDirectory, "postmaster.pid")))
                await OperatorPrograms.RunAsync(programs, "pg_ctl", "stop", "-D", node.DataDirectory, "-m", "immediate", "-w");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
