using HaConnect.Operations;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary>What cannot be used is refused with one sentence that names it and the remedy, and nothing is left behind.</summary>
public sealed class BackupInputTests : ClusterTest
{
    [Fact]
    public async Task RunAsync_WhatCannotBeUsed_IsRefusedByName()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options()));
        await its.WriteAndArchiveAsync();
        await its.TakeAsync("plain");
        await its.WriteAndArchiveAsync();
        var now = await its.Cluster["n1"].ScalarAsync<DateTimeOffset>("SELECT clock_timestamp()", Cancelled);
        await RefusesAsync("'/nowhere'", "no such folder", o => o.Repository.Folder = "/nowhere");
        await RefusesAsync("'/nowhere'", "no such folder", o => o.Repository.WalFolder = "/nowhere");
        await RefusesAsync("'/nowhere'", "no such folder", o => o.ParentFolder = "/nowhere");
        await RefusesAsync("No place with backups", "Name one", o => (o.Repository.Folder, o.Repository.WalFolder) = (null, null));
        await RefusesAsync("before the end of", "plain", o => o.TargetTime = now.AddDays(-1));
        await RefusesAsync("the newest commit in the archive is of", "Choose an earlier one", o => o.TargetTime = now.AddDays(1));
        await RefusesAsync("LSN 7F/0", "Choose an earlier one", o => o.TargetLsn = "7F/0");
        await RefusesAsync("LSN 0/1000000", "before the end of", o => o.TargetLsn = "0/1000000");
        await RefusesAsync("'here'", "0/3000060", o => o.TargetLsn = "here");
        await RefusesAsync("'friday'", "plain", o => o.BackupName = "friday");
        await RefusesAsync("More than one", "Set one", o => (o.TargetTime, o.TargetName) = (now, "x"));
        await RefusesAsync("TakeFrom", "Host=db1", o => o.TakeFrom = "Host=a,b;Username=c");
        await RefusesAsync("'/nowhere'", "/usr/lib/postgresql/", o => o.Repository.ProgramDirectory = "/nowhere");
        await RefusesAsync($"PostgreSQL {its.Cluster.MajorVersion}, and the programs are of 9", "ProgramDirectory", o => o.Repository.ProgramDirectory = OtherVersion(its));
        await its.RequireNothingLeftAsync();

        // What the copy itself finds out is an answer.
        var options = its.Drill();
        options.TargetName = "never made";
        var report = await BackupDrill.RunAsync(options, Cancelled);
        Assert.False(report.Passed);
        Assert.Contains("end of the WAL", report.Verdict, StringComparison.Ordinal);
        options = its.Drill();
        options.CopyUsername = "nobody here";
        Assert.Contains("CopyUsername", (await Assert.ThrowsAsync<ArgumentException>(() => BackupDrill.RunAsync(options, Cancelled))).Message, StringComparison.Ordinal);

        // Without the right to end a segment the marks wait for the archive, and not for ever.
        options = its.Drill();
        await using var application = Npgsql.NpgsqlDataSource.Create(its.Cluster.NodeConnectionString(its.Cluster["n1"]));
        (options.Primary, options.ArchiveTimeout) = (application, TimeSpan.FromSeconds(1));
        Assert.Contains("pg_switch_wal", (await Assert.ThrowsAsync<InvalidOperationException>(() => BackupDrill.RunAsync(options, Cancelled))).Message, StringComparison.Ordinal);
        await its.RequireNothingLeftAsync();

        async Task RefusesAsync(string value, string remedy, Action<BackupDrillOptions> change)
        {
            var refused = its.Drill();
            change(refused);
            var e = await Assert.ThrowsAsync<ArgumentException>(() => BackupDrill.RunAsync(refused, Cancelled));
            TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
            Assert.Contains(value, e.Message, StringComparison.Ordinal);
            Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        }
    }

    private static string OtherVersion(BackedUpCluster its)
    {
        var folder = Directory.CreateDirectory(Path.Combine(its.Root, "other-version")).FullName;
        var program = Path.Combine(folder, "postgres");
        File.WriteAllText(program, "#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.1'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return folder;
    }
}
