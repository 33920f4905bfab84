using System.Diagnostics;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Testing;

/// <summary>Clusters leave each other alone, and leave nothing behind.</summary>
public sealed class IsolationTests : ClusterTest
{
    private const string ReportVariable = "HACONNECT_TEST_CRASH_REPORT";

    [Fact]
    public async Task StartAsync_TwoAtOnce_DoNotShareAnything()
    {
        PostgresClusterOptions options = new() { Standbys = 1 };

        PostgresCluster[] clusters = await Task.WhenAll(StartClusterAsync(options), StartClusterAsync(options));

        Assert.Equal(4, clusters.SelectMany(c => c.Nodes).Select(n => n.Port).Distinct().Count());
        Assert.Equal(4, clusters.SelectMany(c => c.Nodes).Select(n => n.DataDirectory).Distinct(StringComparer.Ordinal).Count());
        long[] identifiers = await Task.WhenAll(clusters.Select(c => c["n1"].ScalarAsync<long>("SELECT system_identifier FROM pg_control_system()", Cancelled)));
        Assert.NotEqual(identifiers[0], identifiers[1]);
        await clusters[0]["n1"].KillAsync(Cancelled);
        await clusters[1]["n1"].ExecuteAsync("CREATE TABLE unaffected (id int)", Cancelled);
    }

    [Fact]
    public async Task DisposeAsync_FrozenAndRunningNodes_LeavesNeitherFolderNorProcess()
    {
        PostgresCluster cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 1 }, Cancelled);
        string folder = Path.GetDirectoryName(cluster["n1"].DataDirectory)!;
        await cluster["n2"].FreezeAsync(Cancelled);

        await cluster.DisposeAsync();

        Assert.False(Directory.Exists(folder));
        Assert.Empty(ProcessesIn(folder));
    }

    [Fact]
    public async Task Watchdog_OwnerKilled_LeavesNeitherFolderNorProcess()
    {
        string report = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        ProcessStartInfo start = new(Path.ChangeExtension(typeof(IsolationTests).Assembly.Location, null), ["-explicit", "only", "-method", $"{typeof(IsolationTests).FullName}.{nameof(Watchdog_OwnerKilled_Owner)}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true, // a pipe that every process of the cluster would hold open, were it inherited
            Environment = { [ReportVariable] = report },
        };
        using Process owner = Process.Start(start)!;
        Task<string> output = owner.StandardOutput.ReadToEndAsync(Cancelled);
        try
        {
            await UntilAsync("the owner's cluster", () => Task.FromResult(File.Exists(report) || owner.HasExited));
            Assert.False(owner.HasExited, owner.HasExited ? await output : "");
            string folder = await File.ReadAllTextAsync(report, Cancelled);
            Assert.True(Directory.Exists(folder));
            Assert.NotEmpty(ProcessesIn(folder));

            owner.Kill(); // SIGKILL, to it alone
            await owner.WaitForExitAsync(Cancelled);

            await UntilAsync("the removal of its folder", () => Task.FromResult(!Directory.Exists(folder)));
            Assert.Empty(ProcessesIn(folder));
            await output.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancelled);
        }
        finally
        {
            owner.Kill();
            File.Delete(report);
        }
    }

    /// <summary>The process that is killed in the test above: it has a cluster with a frozen node and waits.</summary>
    [Fact(Explicit = true)]
    public async Task Watchdog_OwnerKilled_Owner()
    {
        string report = Environment.GetEnvironmentVariable(ReportVariable) ?? throw new InvalidOperationException($"Started by {nameof(Watchdog_OwnerKilled_LeavesNeitherFolderNorProcess)} only.");
        PostgresCluster cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 1 }, Cancelled);
        await cluster["n2"].FreezeAsync(Cancelled);
        await File.WriteAllTextAsync(report + ".tmp", Path.GetDirectoryName(cluster["n1"].DataDirectory), Cancelled);
        File.Move(report + ".tmp", report);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Cancelled);
    }

    private static List<string> ProcessesIn(string folder)
    {
        List<string> found = [];
        foreach (string process in Directory.Exists("/proc/self") ? Directory.EnumerateDirectories("/proc") : [])
        {
            string? workingFolder = Path.GetFileName(process).All(char.IsAsciiDigit) ? new FileInfo(process + "/cwd").LinkTarget : null;
            if (workingFolder?.StartsWith(folder, StringComparison.Ordinal) == true)
                found.Add(process);
        }
        return found;
    }
}
