using HaConnect.Operations;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>Restores of real backups to chosen points.</summary>
public sealed class BackupDrillTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_ASecondOfNow_IsRestoredProvenReadAndGoneAgain()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options()));
        await its.TakeAsync("monday");
        await its.TakeAsync("tuesday", "-F", "t", "-z");
        await its.WriteAndArchiveAsync();
        var options = its.Drill();
        options.Primary = its.Primary;
        options.RestoreTimeTarget = TimeSpan.FromMinutes(5);
        options.VerifyAgainst = new("n1", its.Cluster.NodeConnectionString(its.Cluster["n1"], its.Cluster.Superuser, "postgres"));

        var report = await BackupDrill.RunAsync(options, Cancelled);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        Assert.True(report.Passed, report.Verdict);
        Assert.Equal("tuesday", report.Backup);
        Assert.True(report.MarksBefore >= 2 && report.MarksAfter >= 1, report.Proof);
        Assert.Empty(report.Findings);
        var second = new DateTimeOffset(report.NextCommit!.Value.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        Assert.True(report.LastCommit <= second && second < report.NextCommit, $"{report.LastCommit:O} {report.NextCommit:O}"); // a whole second lies between them
        Assert.Contains($"{second:HH:mm:ss} UTC", report.Target, StringComparison.Ordinal);
        Assert.True(report.Tables > 60 && report.Rows > 2500, $"{report.Tables} tables, {report.Rows} rows");
        Assert.Equal(["mark", "look", "copy", "verify", "recover", "read", "compare", "stop"], report.Phases.Select(p => p.Name));
        Assert.True(report.ComparedRows >= 2500 && report.DifferentRows == 0, report.Verification?.ToMarkdown());
        Assert.Equal((DrillKind.Restore, true), (report.ToOutcome().Kind, report.ToOutcome().Passed));
        await its.RequireNothingLeftAsync();

        // The plain one, to a time that nobody has marked: by the times in the WAL.
        var between = await its.Cluster["n1"].ScalarAsync<DateTimeOffset>("SELECT clock_timestamp()", Cancelled);
        await its.WriteAndArchiveAsync();
        options = its.Drill();
        (options.BackupName, options.TargetTime) = ("monday", between);
        report = await BackupDrill.RunAsync(options, Cancelled);
        Assert.True(report.Passed, report.Verdict);
        Assert.True(report.LastCommit <= between && report.NextCommit > between, report.Proof);
        Assert.Null(report.MarksBefore);

        // An LSN, a restore point, and the newest commit of the archive.
        var lsn = await its.Cluster["n1"].ScalarAsync<string>("SELECT pg_create_restore_point('before the upgrade')::text", Cancelled);
        await its.WriteAndArchiveAsync();
        foreach (var set in (Action<BackupDrillOptions>[])[o => o.TargetLsn = lsn, o => o.TargetName = "before the upgrade", _ => { }])
        {
            options = its.Drill();
            set(options);
            report = await BackupDrill.RunAsync(options, Cancelled);
            TestContext.Current.TestOutputHelper?.WriteLine(report.Verdict);
            Assert.True(report.Passed, report.Verdict);
        }

        await its.RequireNothingLeftAsync();
    }

    [Fact]
    public async Task RunAsync_NewBackupWithTablespaceOfTheReplicationRole_IsTakenAndRestored()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options()));
        var place = Path.Combine(its.Root, "elsewhere");
        await its.Programs.RunToSuccessAsync("mkdir", [place], null, its.Root, Cancelled);
        await its.Cluster["n1"].ExecuteAsync($"CREATE TABLESPACE elsewhere LOCATION '{place}'", Cancelled);
        await its.Cluster["n1"].ExecuteAsync("CREATE TABLE far TABLESPACE elsewhere AS SELECT generate_series(1, 100) i", Cancelled);
        await its.Cluster["n1"].ExecuteAsync("CREATE UNLOGGED TABLE fleeting AS SELECT 1 AS i", Cancelled);
        await its.WriteAndArchiveAsync();
        var options = its.Drill();
        options.Repository.Folder = null;
        options.TakeFrom = its.Cluster.NodeConnectionString(its.Cluster["n1"], its.Cluster.Replication);
        options.Primary = its.Primary;
        var before = Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories).Select(f => (f, new FileInfo(f).Length)).Order().ToList();

        var report = await BackupDrill.RunAsync(options, Cancelled);

        Assert.True(report.Passed, report.Verdict);
        Assert.Equal("take", report.Phases[0].Name);
        Assert.Contains(report.Notes, n => n.StartsWith("1 unlogged", StringComparison.Ordinal));
        Assert.Equal(before, Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories).Select(f => (f, new FileInfo(f).Length)).Order());
        await its.RequireNothingLeftAsync();

        // A plain backup with a tablespace and its WAL elsewhere, whose own copies of those must not be written to.
        var (taken, wal) = (Path.Combine(its.Root, "taken-tablespace"), Path.Combine(its.Root, "taken-wal"));
        await its.TakeAsync("plain", "-T", $"{place}={taken}", "--waldir", wal);
        await its.WriteAndArchiveAsync();
        before = Directory.EnumerateFiles(wal, "*", SearchOption.AllDirectories).Select(f => (f, new FileInfo(f).LastWriteTimeUtc.Ticks)).Order().ToList();
        report = await BackupDrill.RunAsync(its.Drill(), Cancelled);
        Assert.True(report.Passed, report.Verdict);
        Assert.Equal(before, Directory.EnumerateFiles(wal, "*", SearchOption.AllDirectories).Select(f => (f, new FileInfo(f).LastWriteTimeUtc.Ticks)).Order());
        Assert.Equal((CheckState.Ok, 0), ((await BackupCheck.RunAsync(Verified(its.Check()), Cancelled)).State, 0)); // it still fits its manifest

        static BackupCheckOptions Verified(BackupCheckOptions options)
        {
            options.VerifiesFiles = true;
            return options;
        }
    }

    [Fact]
    public async Task RunAsync_TimelinesOfAFailover_AreFollowedAndWhatIsMissingOfThemIsNamed()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options(standbys: 1)));
        await its.TakeAsync("before");
        await its.WriteAndArchiveAsync();
        await its.Cluster["n1"].StopAsync(StopMode.Immediate, Cancelled);
        await its.Cluster["n2"].ScalarAsync<bool>("SELECT pg_promote()", Cancelled);
        await UntilAsync("it is archived which timeline comes from where", () => Task.FromResult(File.Exists(Path.Combine(its.Wal, "00000002.history"))));
        await its.WriteAndArchiveAsync("n2");
        await its.MoveToAsync("n2");
        var options = its.Drill();
        options.Primary = its.Primary;

        var report = await BackupDrill.RunAsync(options, Cancelled);

        Assert.True(report.Passed, report.Verdict);
        var check = await BackupCheck.RunAsync(its.Check(), Cancelled);
        Assert.True(check.State == CheckState.Ok, check.ToMarkdown());

        // Without the history nobody gets to the new timeline.
        File.Delete(Path.Combine(its.Wal, "00000002.history"));
        check = await BackupCheck.RunAsync(its.Check(), Cancelled);
        Assert.Contains(check.Findings, f => f is { State: CheckState.Critical, Subject: "00000002.history" });
        report = await BackupDrill.RunAsync(its.Drill(), Cancelled);
        Assert.False(report.Passed);
        Assert.Contains(report.Findings, f => f.Subject == "00000002.history");
        await its.RequireNothingLeftAsync();
    }
}
