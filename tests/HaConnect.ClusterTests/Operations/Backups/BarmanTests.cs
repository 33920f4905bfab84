using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>Checks and drills of a real server of Barman's.</summary>
public sealed class BarmanTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-barman-");

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "compression = gzip")]
    public async Task RunAsync_WalByTheStreamOrArchivedAndCompressed_IsCheckedRestoredAndDamagesAreNamed(bool streams, string more)
    {
        Assert.SkipWhen(Barman.Program is null, "Barman is not on this machine (eng/install-backup-tools.sh).");
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(Barman.Options(streams)));
        var (node, place) = (its.Cluster["n1"], Path.Combine(its.Root, "far off"));
        await its.Programs.RunToSuccessAsync("mkdir", [place], null, its.Root, Cancelled);
        await node.ExecuteAsync($"CREATE TABLESPACE \"far off\" LOCATION '{place}'", Cancelled);
        await node.ExecuteAsync("CREATE TABLE far TABLESPACE \"far off\" AS SELECT generate_series(1, 1000) i", Cancelled);
        await using var barman = await Barman.StartAsync(its, streams, more);
        var first = await barman.TakeAsync();
        await node.ExecuteAsync("INSERT INTO story SELECT i, md5(i::text) FROM generate_series(1, 5000) i", Cancelled);

        // To a second, by transactions on both sides of it.
        var report = await DrillAsync(its.Primary);
        Assert.True(report.Passed, report.Verdict);
        Assert.True(report.MarksBefore >= 2 && report.MarksAfter >= 1, report.Proof);
        Assert.Equal(first, report.Backup);
        await its.RequireNothingLeftAsync();

        var newest = await barman.TakeAsync();
        await EndSegmentAsync();
        var between = await node.ScalarAsync<DateTimeOffset>("SELECT clock_timestamp()", Cancelled);
        var check = await CheckAsync();
        Assert.True(check.State == CheckState.Ok, check.ToMarkdown());
        Assert.Equal([first, newest], check.Backups.Select(b => b.Name));
        Assert.Equal(TimeSpan.Zero, check.RecoveryPointAge);
        var run = await ToolRun.InProcessAsync(ToolRun.SettingsOf(its.Cluster, _folder), "backup", "check", "--barman", "main", "--barman-config", barman.Config, "--barman-command", Barman.Program!, "--program-directory", BackedUpCluster.ProgramDirectory, "--nagios");
        Assert.True(run.Code == 0 && run.Output.StartsWith($"HACONNECT BACKUP OK - {newest} is", StringComparison.Ordinal), run.ToString());

        // A hole in the WAL.
        await EndSegmentAsync();
        var hole = await EndSegmentAsync();
        await EndSegmentAsync();
        File.Delete(barman.PathOf(hole));
        check = await CheckAsync();
        Assert.Contains(check.Findings, f => f.State == CheckState.Critical && f.Subject == hole);
        report = await DrillAsync(its.Primary);
        Assert.False(report.Passed);
        Assert.Contains(report.Findings, f => f.State == CheckState.Critical && f.Subject == hole);

        // A byte of the newest backup, and one of its tablespace; the one before is sound.
        var last = await barman.TakeAsync();
        var damaged = Path.Combine(its.Root, "barman/main/base", last);
        string[] files = [FileOf("data/base/1"), FileOf(Path.GetRelativePath(damaged, Directory.EnumerateDirectories(damaged).Single(f => Path.GetFileName(f) != "data")))];
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancelled);
            bytes[bytes.Length / 2] ^= 0x10;
            await File.WriteAllBytesAsync(file, bytes, Cancelled);
        }

        check = await CheckAsync();
        report = await DrillAsync(null);
        Assert.False(report.Passed);
        foreach (var file in files.Select(Path.GetFileName))
        {
            Assert.Contains(check.Findings, f => f.State == CheckState.Critical && f.Subject == last && f.Problem.Contains($"/{file}\"", StringComparison.Ordinal));
            Assert.Contains(report.Findings, f => f.State == CheckState.Critical && f.Subject == last && f.Problem.Contains($"/{file}\"", StringComparison.Ordinal));
        }

        // With the primary lost, as it is where a backup is needed.
        await EndSegmentAsync();
        await barman.StopAsync();
        await node.StopAsync(cancellationToken: Cancelled);
        check = await CheckAsync();
        Assert.Contains(check.Findings, f => f is { State: CheckState.Warning, Subject: "primary" });
        var sound = its.Drill();
        barman.Name(sound.Repository);
        (sound.BackupName, sound.TargetTime) = (newest, between);
        report = await BackupDrill.RunAsync(sound, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        Assert.True(report.Passed, report.Verdict);
        await its.RequireNothingLeftAsync();
        var working = await its.Programs.RunAsync("/bin/sh", ["-c", "ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -- \"-> $1\\$\" || true", "sh", its.Root], null, "/", Cancelled);
        Assert.Equal("", working.Output); // its receiver

        string FileOf(string folder) => Directory.EnumerateFiles(Path.Combine(damaged, folder), "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length > 2000).Order(StringComparer.Ordinal).First();

        async Task<string> EndSegmentAsync()
        {
            await node.ExecuteAsync("INSERT INTO story VALUES (1, 'one more')", Cancelled);
            await node.ExecuteAsync("CHECKPOINT", Cancelled); // with a look at the running transactions
            var segment = await node.ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal())", Cancelled);
            await barman.WhileArchivingAsync(UntilArchivedAsync(segment!));
            return segment!;
        }

        async Task<bool> UntilArchivedAsync(string segment)
        {
            await UntilAsync($"{segment} is archived", () => Task.FromResult(File.Exists(barman.PathOf(segment))), TimeSpan.FromMinutes(2)); // each call of Barman is a start of Python
            return true;
        }

        Task<BackupCheckReport> CheckAsync()
        {
            var options = its.Check();
            (options.VerifiesFiles, options.ReadsWal) = (true, true);
            barman.Name(options.Repository);
            return BackupCheck.RunAsync(options, Cancelled);
        }

        async Task<BackupDrillReport> DrillAsync(Npgsql.NpgsqlDataSource? primary)
        {
            var options = its.Drill();
            options.Primary = primary;
            barman.Name(options.Repository);
            var made = await barman.WhileArchivingAsync(BackupDrill.RunAsync(options, Cancelled));
            TestContext.Current.TestOutputHelper?.WriteLine(made.ToMarkdown());
            return made;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
