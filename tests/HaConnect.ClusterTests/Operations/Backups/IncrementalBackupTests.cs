using HaConnect.Operations;
using static HaConnect.ClusterTests.Operations.Backups.FileDamage;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>Incremental backups of PostgreSQL 17 and newer: restored through their chain, and what is wrong with a part of it named.</summary>
public sealed class IncrementalBackupTests : ClusterTest
{
    private const string Monday = "monday", Tuesday = "tuesday", Wednesday = "wednesday";

    [Fact]
    public async Task RunAsync_FullAndTwoIncrementals_AreCheckedAndRestoredToASecond()
    {
        await using var its = await ChainAsync();
        var elsewhere = Path.Combine(its.Root, "elsewhere");
        await its.Programs.RunToSuccessAsync("mkdir", [elsewhere], null, its.Root, Cancelled);
        await its.Cluster["n1"].ExecuteAsync($"CREATE TABLESPACE elsewhere LOCATION '{elsewhere}'", Cancelled);
        await its.Cluster["n1"].ExecuteAsync("CREATE TABLE far TABLESPACE elsewhere AS SELECT generate_series(1, 100) i", Cancelled);
        await TakeAsync(its, "thursday", Wednesday, "-T", $"{elsewhere}={Path.Combine(its.Root, "taken-tablespace")}", "--waldir", Path.Combine(its.Root, "taken-wal"));
        await its.WriteAndArchiveAsync();
        var options = its.Check();
        options.VerifiesFiles = true;

        var check = await BackupCheck.RunAsync(options, Cancelled);

        TestContext.Current.TestOutputHelper?.WriteLine(check.ToMarkdown());
        Assert.True(check.State == CheckState.Ok, check.ToMarkdown());
        Assert.Equal([(Monday, "full"), (Tuesday, "incremental"), (Wednesday, "incremental"), ("thursday", "incremental")], check.Backups.Select(b => (b.Name, b.Kind)));

        // To a second of now from the newest, with a tablespace and WAL elsewhere; then to the one of a chosen link, which has neither.
        var drill = its.Drill();
        drill.Primary = its.Primary;
        drill.VerifyAgainst = new("n1", its.Cluster.NodeConnectionString(its.Cluster["n1"], its.Cluster.Superuser, "postgres"));
        var report = await BackupDrill.RunAsync(drill, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        Assert.True(report.Passed, report.ToMarkdown());
        Assert.Equal("thursday", report.Backup);
        Assert.True(report.MarksBefore >= 2 && report.MarksAfter >= 1, report.Proof);
        Assert.True(report.ComparedRows >= 3500 && report.DifferentRows == 0, report.Verification?.ToMarkdown());
        var between = await its.Cluster["n1"].ScalarAsync<DateTimeOffset>("SELECT clock_timestamp()", Cancelled);
        await its.WriteAndArchiveAsync();
        foreach (var name in (string[])[Tuesday, Wednesday])
        {
            drill = its.Drill();
            (drill.BackupName, drill.TargetTime) = (name, between);
            drill.VerifyAgainst = null;
            report = await BackupDrill.RunAsync(drill, Cancelled);
            Assert.True(report.Passed, report.ToMarkdown());
            Assert.True(report.LastCommit <= between && report.NextCommit > between, report.Proof);
        }

        await its.RequireNothingLeftAsync();
    }

    [Fact]
    public async Task RunAsync_BrokenLinks_AreNamedByCheckAndDrill()
    {
        await using var its = await ChainAsync();
        var file = (await its.Cluster["n1"].ScalarAsync<string>("SELECT pg_relation_filepath('story')", Cancelled))!;
        var increment = file.Insert(file.LastIndexOf('/') + 1, "INCREMENTAL.");
        await RequireAsync("sound", _ => { }, null);
        await RequireAsync("full-removed", f => Directory.Delete(Path.Combine(f, Monday), recursive: true), ["tuesday, which is incremental to a backup from", "which is not here"]);
        await RequireAsync("middle-removed", f => Directory.Delete(Path.Combine(f, Tuesday), recursive: true), ["it is incremental to a backup from", "which is not here"]);
        await RequireAsync("full-without-manifest", f => File.Delete(Path.Combine(f, Monday, "backup_manifest")), [Monday, "backup_manifest"]);
        await RequireAsync("middle-manifest-cut", f => Truncate(Path.Combine(f, Tuesday, "backup_manifest"), 2000), [Tuesday, "backup_manifest"]);
        await RequireAsync("middle-without-label", f => File.Delete(Path.Combine(f, Tuesday, "backup_label")), [Tuesday, "backup_label"]);
        await RequireAsync("full-page", f => Flip(Path.Combine(f, Monday, file), 5000), [Monday, file]); // of a row that no increment has anew
        await RequireAsync("middle-page", f => Flip(Path.Combine(f, Tuesday, increment), new FileInfo(Path.Combine(f, Tuesday, increment)).Length - 3000), [Tuesday, increment]);
        await RequireAsync("full-file", f => File.Delete(Path.Combine(f, Monday, file)), [Monday, file]);
        await RequireAsync("middle-file", f => File.Delete(Path.Combine(f, Tuesday, increment)), [Tuesday, increment]);

        // Of tar archives nothing is put together.
        await TakeAsync(its, "tar", Wednesday, "-F", "t");
        await its.WriteAndArchiveAsync();
        await RequireAsync("in-tar", _ => { }, ["tar", "pg_combinebackup reads none"]);
        Directory.Delete(Path.Combine(its.Backups, "tar"), recursive: true);
        await its.TakeAsync("tar-full", "-F", "t");
        await TakeAsync(its, "on-tar", "tar-full");
        await its.WriteAndArchiveAsync();
        await RequireAsync("on-tar", _ => { }, ["tar-full", "pg_combinebackup reads none"]);
        await its.RequireNothingLeftAsync();

        async Task RequireAsync(string name, Action<string> damage, string[]? named)
        {
            var backups = await its.CopyAsync(its.Backups, "with-" + name);
            damage(backups);
            var newest = Directory.Exists(Path.Combine(backups, "tar")) ? "tar" : Directory.Exists(Path.Combine(backups, "on-tar")) ? "on-tar" : Wednesday;
            var options = its.Check(backups);
            options.VerifiesFiles = true;
            options.OffsiteFolder = named is null ? await its.CopyAsync(backups, "offsite") : null;
            var check = await BackupCheck.RunAsync(options, Cancelled);
            var drillOptions = its.Drill(backups);
            drillOptions.BackupName = newest;
            var drill = await BackupDrill.RunAsync(drillOptions, Cancelled);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}\n  check: {string.Join("\n  ", check.Findings)}\n  drill: {string.Join("\n  ", drill.Findings)}");
            if (named is null)
            {
                Assert.True(check.State == CheckState.Ok && drill.Passed, $"{check.ToMarkdown()}\n{drill.Verdict}");
                await RequireOffsiteLinkAsync(options);
                return;
            }

            Assert.Contains(check.Findings, f => f.State == CheckState.Critical && named.All(n => f.ToString().Contains(n, StringComparison.Ordinal)));
            Assert.False(drill.Passed, name);
            Assert.Contains(drill.Findings, f => f.State == CheckState.Critical && named.All(n => f.ToString().Contains(n, StringComparison.Ordinal)));
            Directory.Delete(backups, recursive: true);
        }

        async Task RequireOffsiteLinkAsync(BackupCheckOptions options)
        {
            Directory.Delete(Path.Combine(options.OffsiteFolder!, Monday), recursive: true);
            var check = await BackupCheck.RunAsync(options, Cancelled);
            Assert.Contains(check.Findings, f => f is { State: CheckState.Critical, Subject: "off-site copy" } && f.Problem.Contains(Monday, StringComparison.Ordinal));
        }
    }

    /// <summary>A full backup and two incremental ones, each with something new, and WAL behind them.</summary>
    private async Task<BackedUpCluster> ChainAsync()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(BackedUpCluster.ProgramDirectory, "pg_combinebackup")), $"pg_combinebackup is not in {BackedUpCluster.ProgramDirectory}: PostgreSQL 17 and newer have it.");
        var options = BackedUpCluster.Options();
        options.Settings["summarize_wal"] = "on";
        options.DataChecksums = false; // so that pages that are damaged are found by the checksums of files only
        var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(options));
        await its.TakeAsync(Monday);
        await its.WriteAndArchiveAsync();
        await TakeAsync(its, Tuesday, Monday);
        await its.WriteAndArchiveAsync();
        await TakeAsync(its, Wednesday, Tuesday);
        await its.WriteAndArchiveAsync();
        return its;
    }

    private static Task<string> TakeAsync(BackedUpCluster its, string name, string from, params string[] more) =>
        its.TakeAsync(name, [$"--incremental={Path.Combine(its.Backups, from, "backup_manifest")}", .. more]);
}
