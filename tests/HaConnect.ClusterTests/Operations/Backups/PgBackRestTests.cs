using HaConnect.Operations;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>Checks and drills of a real repository of pgBackRest.</summary>
public sealed class PgBackRestTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_FullAndIncremental_AreCheckedRestoredAndTheirDamagesNamed()
    {
        Assert.SkipWhen(PgBackRest.Program is null, "pgBackRest is not on this machine (eng/install-backup-tools.sh).");
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(PgBackRest.Options(PgBackRest.Program!)));
        var node = its.Cluster["n1"];
        await File.WriteAllTextAsync(Path.Combine(its.Root, "pgbackrest.conf"), $"""
            [global]
            repo1-path={its.Root}/repository
            repo1-retention-full=2
            log-level-file=off
            lock-path={its.Root}/locks
            start-fast=y
            [main]
            pg1-path={node.DataDirectory}
            pg1-port={node.Port}
            pg1-user={its.Cluster.Superuser.User}
            pg1-socket-path={its.Root}
            """, Cancelled);
        try
        {
            await PgBackRest.RunAsync(its, "stanza-create");
        }
        catch (InvalidOperationException e) when (e.Message.Contains("VersionNotSupportedError", StringComparison.Ordinal))
        {
            Assert.Skip($"pgBackRest on this machine does not know PostgreSQL {its.Cluster.MajorVersion}.");
        }

        await PgBackRest.RunAsync(its, "--type=full", "backup");
        await node.ExecuteAsync("INSERT INTO story SELECT i, md5(i::text) FROM generate_series(1, 5000) i", Cancelled);
        await PgBackRest.RunAsync(its, "--type=incr", "backup");
        var options = its.Drill();
        PgBackRest.Name(options.Repository, its);
        options.Primary = its.Primary;

        var report = await BackupDrill.RunAsync(options, Cancelled);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        Assert.True(report.Passed, report.Verdict);
        Assert.True(report.MarksBefore >= 2 && report.MarksAfter >= 1, report.Proof);
        Assert.EndsWith("I", report.Backup, StringComparison.Ordinal);
        await its.RequireNothingLeftAsync();
        await EndSegmentAsync();
        var check = await CheckAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(check.ToMarkdown());
        Assert.True(check.State == CheckState.Ok, check.ToMarkdown());
        Assert.Equal(["full", "incremental"], check.Backups.Select(b => b.Kind));
        Assert.Equal(TimeSpan.Zero, check.RecoveryPointAge);

        // A hole in the WAL.
        await node.ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal())", Cancelled);
        var hole = await EndSegmentAsync();
        await EndSegmentAsync();
        File.Delete(Archived(hole));
        check = await CheckAsync();
        Assert.Contains(check.Findings, f => f.State == CheckState.Critical && f.Subject == hole);
        report = await BackupDrill.RunAsync(options, Cancelled);
        Assert.Contains(report.Findings, f => f.State == CheckState.Critical && f.Subject == hole);
        await PgBackRest.RunAsync(its, "--type=incr", "backup");

        // A file of the full backup, on which the others rest, is damaged.
        var full = Directory.EnumerateDirectories(Path.Combine(its.Root, "repository/backup/main"), "*F").Single();
        var file = Directory.EnumerateFiles(Path.Combine(full, "pg_data/base/1")).Where(f => new FileInfo(f).Length > 2000).Order(StringComparer.Ordinal).First();
        var bytes = await File.ReadAllBytesAsync(file, Cancelled);
        bytes[bytes.Length / 2] ^= 0x10;
        await File.WriteAllBytesAsync(file, bytes, Cancelled);
        options.Primary = null;
        report = await BackupDrill.RunAsync(options, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine(report.Verdict);
        Assert.False(report.Passed);
        Assert.Contains("cannot be laid out: pgBackRest ended with", report.Verdict, StringComparison.Ordinal); // it does not say at which file
        check = await CheckAsync(verifies: true);
        TestContext.Current.TestOutputHelper?.WriteLine(check.Verdict);
        Assert.Contains(check.Findings, f => f.State == CheckState.Critical && f.Problem.Contains($"base/1/{Path.GetFileName(file)}", StringComparison.Ordinal));
        await its.RequireNothingLeftAsync();

        async Task<string> EndSegmentAsync()
        {
            await node.ExecuteAsync("INSERT INTO story VALUES (1, 'one more')", Cancelled);
            await node.ExecuteAsync("CHECKPOINT", Cancelled); // with a look at the running transactions
            var segment = await node.ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal())", Cancelled);
            await UntilAsync($"{segment} is archived", () => Task.FromResult(Directory.EnumerateFiles(Path.Combine(its.Root, "repository/archive"), segment + "-*.gz", SearchOption.AllDirectories).Any()));
            return segment!;
        }

        string Archived(string segment) => Directory.EnumerateFiles(Path.Combine(its.Root, "repository/archive"), segment + "-*", SearchOption.AllDirectories).Single();

        Task<BackupCheckReport> CheckAsync(bool verifies = false)
        {
            var checkOptions = its.Check();
            checkOptions.VerifiesFiles = verifies;
            PgBackRest.Name(checkOptions.Repository, its);
            return BackupCheck.RunAsync(checkOptions, Cancelled);
        }
    }
}
