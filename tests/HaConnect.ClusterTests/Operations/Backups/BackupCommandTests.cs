using System.Diagnostics;
using HaConnect.ClusterTests.Cli;

namespace HaConnect.ClusterTests.Operations.Backups;

/// <summary><c>haconnect backup</c>, also killed in the middle of a drill.</summary>
public sealed class BackupCommandTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-backup-tool-");

    [Fact]
    public async Task Backup_CheckAndDrillAlsoKilled_EndWithTheirCodesAndLeaveReportsOnly()
    {
        await using var its = await BackedUpCluster.MakeAsync(await StartClusterAsync(BackedUpCluster.Options()));
        var settings = ToolRun.SettingsOf(its.Cluster, _folder);
        await its.TakeAsync("monday");
        await its.WriteAndArchiveAsync();
        string[] where = ["--backups", its.Backups, "--wal", its.Wal, "--program-directory", BackedUpCluster.ProgramDirectory];
        var page = Path.Combine(_folder.FullName, "drill.html");

        var check = await ToolRun.InProcessAsync(settings, ["backup", "check", .. where, "--verify", "--read-wal", "-o", "json"]);
        Assert.True(check.Code == 0, check.ToString());
        Assert.Equal(("ok", "monday"), (check.Json.GetProperty("state").GetString(), check.Json.GetProperty("newest").GetProperty("name").GetString()));
        Assert.Equal(1, (await ToolRun.InProcessAsync(settings, ["backup", "check", .. where, "--least-backups", "2"])).Code);
        var nagios = await ToolRun.InProcessAsync(settings, ["backup", "check", .. where, "--max-age", "0.01s", "--critical-age", "0.02s", "--nagios"]);
        Assert.Equal(2, nagios.Code);
        Assert.StartsWith("HACONNECT BACKUP CRITICAL - monday: ", nagios.Output, StringComparison.Ordinal);
        Assert.Equal(64, (await ToolRun.InProcessAsync(settings, ["backup", "check", "--backups", "/nowhere"])).Code);
        var unknown = await ToolRun.InProcessAsync(settings, ["backup", "check", "--backups", "/nowhere", "--nagios"]);
        Assert.Equal(3, unknown.Code);
        Assert.StartsWith("HACONNECT BACKUP UNKNOWN - Folder is '/nowhere'", unknown.Output, StringComparison.Ordinal);
        Assert.Equal(64, (await ToolRun.InProcessAsync(settings, ["backup", "check", .. where, "--max-age", "2 weeks"])).Code);

        var nothing = await ToolRun.InProcessAsync(settings, ["backup", "check", "--backups", its.Backups, "--offsite-wal", its.Wal, "--program-directory", BackedUpCluster.ProgramDirectory]);
        Assert.Equal(64, nothing.Code);

        var drill = await ToolRun.InProcessAsync(settings, ["backup", "drill", .. where, "--folder", its.Beside, "--copy-username", its.Cluster.Superuser.User, "--html", page, "-o", "json"]);
        Assert.True(drill.Code == 0, drill.ToString());
        Assert.True(drill.Json.GetProperty("passed").GetBoolean() && drill.Json.GetProperty("marksBefore").GetInt32() >= 2, drill.Output);
        Assert.Contains("Restore drill of main", await File.ReadAllTextAsync(page, Cancelled), StringComparison.Ordinal);
        var take = await ToolRun.InProcessAsync(settings, ["backup", "drill", .. where, "--take", "--within", "0.001s", "--folder", its.Beside, "--copy-username", its.Cluster.Superuser.User]);
        Assert.Equal(2, take.Code);
        Assert.Contains("time to restore", take.Output, StringComparison.Ordinal);
        await its.RequireNothingLeftAsync();

        // A cluster is named, and nobody there answers.
        await its.Cluster["n1"].StopAsync(cancellationToken: Cancelled);
        var silent = await ToolRun.InProcessAsync(settings, ["backup", "check", .. where, "--nagios"]);
        Assert.True(silent.Code == 1, silent.ToString());
        Assert.StartsWith("HACONNECT BACKUP WARNING - primary: it could not be asked", silent.Output, StringComparison.Ordinal);
        await RequireNothingLeftOfAKilledDrillAsync(its);
    }

    private async Task RequireNothingLeftOfAKilledDrillAsync(BackedUpCluster its)
    {
        // A copy that never comes to its target.
        var start = new ProcessStartInfo(ToolProcess.Command[0], [.. ToolProcess.Command.Skip(1), "backup", "drill", "--backups", its.Backups, "--wal", its.Wal, "--program-directory", BackedUpCluster.ProgramDirectory,
            "--folder", its.Beside, "--copy-username", its.Cluster.Superuser.User, "--setting", "recovery_min_apply_delay=1h"])
        { WorkingDirectory = _folder.FullName, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var tool = Process.Start(start)!;
        await UntilAsync("the copy's server runs", () => Task.FromResult(tool.HasExited || Directory.EnumerateDirectories(its.Beside).Any(f => File.Exists(Path.Combine(f, "data", "postmaster.pid")))));
        Assert.False(tool.HasExited, tool.HasExited ? await tool.StandardError.ReadToEndAsync(Cancelled) + await tool.StandardOutput.ReadToEndAsync(Cancelled) : "");

        tool.Kill();

        await tool.WaitForExitAsync(Cancelled);
        await UntilAsync("its folder is gone", () => Task.FromResult(!Directory.EnumerateFileSystemEntries(its.Beside).Any()));
        await its.RequireNothingLeftAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
