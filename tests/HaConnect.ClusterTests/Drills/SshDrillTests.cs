using System.Text.Json;
using HaConnect.ClusterTests.Cli;
using HaConnect.Testing;
using HaConnect.Testing.Processes;
using HaConnect.Testing.Setup;

namespace HaConnect.ClusterTests.Drills;

/// <summary>A drill on a cluster whose servers are reached over ssh, as docs/operations/drills.md has it: the fault and the way back are commands that run there.</summary>
public sealed class SshDrillTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-ssh-drill-");

    [Theory]
    [InlineData("KILL", "")]
    [InlineData("STOP", "strike KILL $HACONNECT_NODE && ")] // nothing else ends what is stopped
    public async Task Failover_OverSsh_IsPassedAndBringsTheClusterBack(string signal, string first)
    {
        var cluster = await StartClusterAsync();
        await using var server = await SshServer.StartAsync(cluster, Cancelled);
        var root = Path.GetDirectoryName(cluster["n1"].DataDirectory)!;
        var passwords = await PasswordsAsync(cluster, Path.Combine(root, "passwords"));
        var settings = ToolRun.SettingsOf(cluster, _folder);
        var there = ToolRun.SettingsOf(cluster, Directory.CreateDirectory(Path.Combine(root, "etc")), o => (o.Failover.Replication.Password, o.Failover.Replication.PassFile) = (null, passwords));
        await using var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(application);

        try
        {
            await DrillAsync(cluster, server, settings, there, signal, first);
            Assert.Equal("n1", application.Snapshot.Primary!.Name);
            await UntilAsync("every standby is in use", () => Task.FromResult(application.Snapshot.Nodes.All(n => n.Role == NodeRole.Primary || n.Lag is not null)));
        }
        finally
        {
            // Whom this process has not started, it does not end.
            foreach (var node in cluster.Nodes)
                await server.RunAsync($"strike KILL {node.Name}", CancellationToken.None);
        }

        await UntilAsync("no server is left", async () => (await Tool.RunAsync("/bin/sh", ["-c", "ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F \"$1/n\" || true", "sh", root], cancellationToken: Cancelled)).Output.Length == 0);
    }

    private async Task DrillAsync(PostgresCluster cluster, SshServer server, FileInfo settings, FileInfo there, string signal, string first)
    {
        var root = Path.GetDirectoryName(cluster["n1"].DataDirectory)!;
        var run = await ToolRun.InProcessAsync(settings, "drill", "failover", "--cluster", "main", "--environment", "staging", "--seconds", "6", "--report", Path.Combine(_folder.FullName, "drills"),
            "--fault-command", $"{server.Command} strike {signal} $HACONNECT_NODE",
            "--restore-command", $"{server.Command} \"{first}haconnect rejoin $HACONNECT_NODE --config {there.FullName} --data-directory {root}/$HACONNECT_NODE --username {cluster.Superuser.User} --program-directory {PostgresBinaries.Find(null)}\"");

        TestContext.Current.TestOutputHelper?.WriteLine(run.ToString());
        Assert.True(run.Code == 0, run.ToString());
        var json = JsonDocument.Parse(await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(_folder.FullName, "drills"), "drill-failover-*.json").Single(), Cancelled)).RootElement;
        Assert.True(json.GetProperty("passed").GetBoolean() && json.GetProperty("isInFirstShape").GetBoolean(), run.ToString());
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>As libpq reads them, for the servers' user.</summary>
    private static async Task<string> PasswordsAsync(PostgresCluster cluster, string file)
    {
        await File.WriteAllLinesAsync(file, new[] { cluster.Superuser, cluster.Replication }.Select(c => $"*:*:*:{c.User}:{c.Password}"), Cancelled);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await UnixUser.ResolveAsync(Cancelled)).Own(file);
        return file;
    }
}
