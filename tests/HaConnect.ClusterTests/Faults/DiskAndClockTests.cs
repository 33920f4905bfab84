using HaConnect.ClusterTests.Lab;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Faults;

/// <summary>Disks that are full and clocks that are set.</summary>
public sealed class DiskAndClockTests : FaultTest
{
    private const string FakeTime = "clock";
    private const string NoSpace = "No space left on device";

    private static readonly string? s_fakeTimeLibrary = FindFakeTime();

    /// <summary>Fault 32, the primary: it serves as long as it can write; when it cannot go on, its standbys do.</summary>
    [Fact]
    public async Task PrimaryOutOfDisk_FailsOverOnceItCannotGoOn()
    {
        var lab = await StartLabAsync(new LabOptions { OnSmallDisk = "n1" });
        lab.FaultBegins("its disk is full", lab.Cluster["n1"]);
        lab.Disk.Fill();
        var promotions = lab.Promotions;
        await UseUpSegmentsAsync(lab.Cluster["n1"]);
        var (_, primary) = await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(100);

        Assert.Equal(0, promotions);
        Assert.NotEqual("n1", primary.Name);
        Assert.Contains(NoSpace, await lab.Cluster["n1"].ReadLogAsync(Cancelled), StringComparison.Ordinal);
        Assert.Empty((await lab.JudgeAsync(lab.Cluster["n1"])).Violations);
        Assert.Equal(1, lab.Promotions);
    }

    /// <summary>Fault 32, a standby: without it there are too few, until there is room again.</summary>
    [Fact]
    public async Task StandbyOutOfDisk_IsNotCountedUntilThereIsRoom()
    {
        var lab = await StartLabAsync(new LabOptions { OnSmallDisk = "n2" });
        var n2 = lab.Cluster["n2"];
        lab.FaultBegins("its disk is full", n2);
        lab.Disk.Fill();
        await lab.UntilAckedAsync(50);
        lab.FaultBegins("kill", lab.Cluster["n1"]);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(5));
        TestContext.Current.TestOutputHelper?.WriteLine(n2.IsRunning ? "n2 runs without room" : "n2 has ended for want of room");
        Assert.Contains(NoSpace, await n2.ReadLogAsync(Cancelled), StringComparison.Ordinal);

        lab.Disk.Free();
        if (!n2.IsRunning)
            await n2.StartAsync(Cancelled); // a WAL receiver without room is a PANIC, after which the server may not come back by itself
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);
        Assert.Empty((await lab.JudgeAsync()).Violations);
        Assert.Equal(1, lab.Promotions);
    }

    /// <summary>
    /// Fault 35: one standby's clock is set by an hour before the primary dies. Its own clock tells how long ago it heard the primary; that is
    /// evidence only, and what decides is the promises. Set back, its sessions end early besides: in signal handlers libfaketime shows the true time.
    /// </summary>
    [Theory]
    [InlineData("+1h")]
    [InlineData("-1h")]
    public async Task ClockOfAStandbySet_NothingInPeaceAndOneFailoverWhenThePrimaryDies(string by)
    {
        Assert.SkipWhen(s_fakeTimeLibrary is null, "libfaketime is not installed (eng/install-fault-tools.sh installs what is needed)");
        var cluster = new PostgresClusterOptions
        {
            // A relative path is looked for in the working folder: each server has a clock of its own.
            ServerEnvironment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["LD_PRELOAD"] = s_fakeTimeLibrary!,
                ["FAKETIME_TIMESTAMP_FILE"] = FakeTime,
                ["FAKETIME_NO_CACHE"] = "1",
                ["DONT_FAKE_MONOTONIC"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            },
        };
        var lab = await StartLabAsync(new LabOptions { Cluster = cluster, Prepare = c => SetClockAsync(c["n2"], "+0") });
        var honest = await HourAsync(lab.Cluster["n2"]);

        lab.FaultBegins($"clock {by}", lab.Cluster["n2"]);
        await SetClockAsync(lab.Cluster["n2"], by);
        Assert.Equal(1, Math.Abs(await HourAsync(lab.Cluster["n2"]) - honest), 0.1);
        await FailoverLab.StaysAsync("no promotion", () => lab.Promotions == 0, TimeSpan.FromSeconds(4));
        await lab.UntilAckedAsync(50);

        lab.FaultBegins("kill", lab.Cluster["n1"]);
        await lab.Cluster["n1"].KillAsync(Cancelled);
        await lab.PrimaryAsync(above: 1);
        await lab.UntilAckedAsync(50);
        Assert.Empty((await lab.JudgeAsync()).Violations);
    }

    /// <summary>What is kept in reserve of the WAL goes quickly, until there is no room for more.</summary>
    private static async Task UseUpSegmentsAsync(PostgresNode node)
    {
        await FailoverLab.UntilAsync("the end of its room for WAL", async () =>
        {
            try
            {
                await node.ExecuteAsync("SELECT pg_logical_emit_message(false, 'test', 'room'), pg_switch_wal()", Cancelled);
                return false;
            }
            catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException)
            {
                return true;
            }
        });
    }

    private static async Task SetClockAsync(PostgresNode node, string by)
    {
        // Written aside and moved into place: a server reads it at any time.
        var file = Path.Combine(node.DataDirectory, FakeTime);
        await File.WriteAllTextAsync(file + ".new", by + "\n", Cancelled);
        File.Move(file + ".new", file, overwrite: true);
    }

    private static async Task<double> HourAsync(PostgresNode node) =>
        await node.ScalarAsync<double>("SELECT (extract(epoch FROM clock_timestamp()) / 3600)::float8", Cancelled);

    private static string? FindFakeTime()
    {
        foreach (var root in (string[])["/usr/lib", "/usr/lib64"])
        {
            if (Directory.Exists(root) && Directory.EnumerateFiles(root, "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true }).FirstOrDefault() is { } file)
                return file;
        }

        return null;
    }
}
