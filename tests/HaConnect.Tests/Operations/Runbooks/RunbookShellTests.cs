using System.Diagnostics;
using System.Text.RegularExpressions;
using HaConnect.Operations;
using HaConnect.Operations.Runbooks;
using HaConnect.Probing;

namespace HaConnect.Tests.Operations.Runbooks;

/// <summary>What the commands for a node's host leave behind where they fail, with pg_ctl and pg_basebackup that only pretend.</summary>
public sealed class RunbookShellTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-runbook-shell-");

    private string Data => Path.Combine(_folder.FullName, "it's data");

    private string Calls => Path.Combine(_folder.FullName, "calls");

    [Fact]
    public async Task Rejoin_BaseBackupFails_LeavesTheFolderAsItWas_AndCanBeRepeated()
    {
        Prepare(basebackup: "exit 1");
        Assert.Equal(1, await RunAsync("rejoin n2"));
        Assert.Equal(["status", "stop"], File.ReadAllLines(Calls));
        File.Delete(Calls);
        AssertUntouched();

        Prepare(basebackup: "mkdir \"$4\" && echo new > \"$4/PG_VERSION\" && echo \"work_mem = '8MB'\" > \"$4/postgresql.auto.conf\"");
        Assert.Equal(0, await RunAsync("rejoin n2"));
        Assert.Equal(["status", "stop", "start"], File.ReadAllLines(Calls));
        Assert.Equal("old", File.ReadAllText($"{Data}.old/PG_VERSION").Trim());
        Assert.Equal("new", File.ReadAllText($"{Data}/PG_VERSION").Trim());
        Assert.False(Directory.Exists($"{Data}.new"));
        Assert.True(File.Exists($"{Data}/standby.signal") && File.Exists($"{Data}/pg_hba.conf"));
        var lines = File.ReadAllLines($"{Data}/postgresql.auto.conf");
        Assert.Equal(["work_mem = '8MB'", "haconnect.term = '7,n1'"], lines[..2]);
        Assert.StartsWith("primary_conninfo = 'host=db2 ", Assert.Single(lines[2..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rebuild_ForgetsThePromises()
    {
        Prepare(basebackup: "mkdir \"$4\" && : > \"$4/postgresql.auto.conf\"");
        Assert.Equal(0, await RunAsync("rebuild n2"));
        Assert.StartsWith("primary_conninfo = 'host=db1 ", Assert.Single(File.ReadAllLines($"{Data}/postgresql.auto.conf")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Restore_BackupOrArchiveIsNotThere_LeavesAllAsItWas(bool hasBackup, bool hasArchive)
    {
        Prepare(basebackup: "exit 1");
        var (backup, archive) = (Path.Combine(_folder.FullName, "backup"), Path.Combine(_folder.FullName, "archive"));
        Directory.CreateDirectory(backup);
        if (hasBackup)
            File.WriteAllText(Path.Combine(backup, "PG_VERSION"), "15");
        if (hasArchive)
            Directory.CreateDirectory(archive);
        Assert.Equal(1, await RunAsync("restore", ("backup", backup), ("archive", archive)));
        AssertUntouched();
    }

    private void AssertUntouched()
    {
        Assert.False(File.Exists(Calls)); // neither stopped nor started
        Assert.Equal("old", File.ReadAllText($"{Data}/PG_VERSION").Trim());
        Assert.Equal([Data], Directory.GetDirectories(_folder.FullName, "it's data*"));
    }

    private void Prepare(string basebackup)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no POSIX shell");
        Directory.CreateDirectory(Data);
        File.WriteAllText($"{Data}/PG_VERSION", "old");
        File.WriteAllText($"{Data}/pg_hba.conf", "");
        File.WriteAllText($"{Data}/postgresql.auto.conf", "primary_conninfo = 'x'\nhaconnect.term = '7,n1'\n");
        Program("pg_basebackup", basebackup);
        Program("pg_ctl", $"for word; do case \"$word\" in status|stop|start) echo \"$word\" >> {PosixShell.Quote(Calls)};; esac; done");
    }

    private void Program(string name, string commands)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{commands}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<int> RunAsync(string step, params (string Name, string Value)[] variables)
    {
        var text = Runbook.Write(new RunbookFacts
        {
            Cluster = "shop",
            At = DateTimeOffset.UnixEpoch,
            Nodes = [.. ((string[])["n1", "n2"]).Select((n, i) => new RunbookNode(n, $"db{i + 1}", 5432, MayAck: true) { Server = new RunbookServer("15.18", Data, $"{Data}/postgresql.conf", "on", "", HasTerms: true) })],
            Lost = "n1",
            Primary = "n1",
            Term = new TermRow(7, "n1", ["n2"], 1, IsEstablished: true),
            Username = "hacontrol",
            Replication = new() { Username = "replicator" },
        });
        var commands = Regex.Match(text, $"```sh {Regex.Escape(step)}\n(?<commands>.*?)\n```\n", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10)).Groups["commands"].Value;
        Assert.NotEmpty(commands);
        var start = new ProcessStartInfo("/bin/sh", ["-c", commands]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PATH"] = $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var shell = Process.Start(start)!;
        var (output, error) = (shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        TestContext.Current.TestOutputHelper?.WriteLine($"{await output}{await error}");
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return shell.ExitCode;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
