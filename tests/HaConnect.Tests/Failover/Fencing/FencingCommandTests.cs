using HaConnect.Failover.Fencing;

namespace HaConnect.Tests.Failover.Fencing;

/// <summary>The contract with the program: environment, exit code, time-out.</summary>
public sealed class FencingCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-fence-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Fence_ProgramEndsWithZero_SucceedsAndWasToldWhomAndWhy()
    {
        var seen = Path.Combine(_folder.FullName, "seen");
        var answer = await FenceAsync($"""printf '%s|' "$HACONNECT_CLUSTER" "$HACONNECT_NODE" "$HACONNECT_HOST" "$HACONNECT_PORT" "$HACONNECT_TERM" "$HACONNECT_REASON" "$HACONNECT_COORDINATOR" "$HACONNECT_DRY_RUN" "$HACONNECT_NODES" "$@" >'{seen}'""", o => o.Arguments.Add("two words"));
        Assert.True(answer.Succeeded, answer.Sentence);
        Assert.EndsWith("ended with exit code 0", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal("main|n2|db2|5433|7|it answers nobody|me|false|n1=db1:5432 n2=db2:5433|two words|", await File.ReadAllTextAsync(seen, Cancelled));
    }

    [Fact]
    public async Task Fence_ProgramFails_SaysHowAndWhatItPrinted()
    {
        var answer = await FenceAsync("echo asking; echo 'no such outlet' >&2; exit 3");
        Assert.False(answer.Succeeded);
        Assert.Contains("ended with exit code 3: ", answer.Sentence, StringComparison.Ordinal);
        Assert.Contains("asking", answer.Sentence, StringComparison.Ordinal);
        Assert.Contains("no such outlet", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fence_ProgramPrintsMuch_TheEndIsKept()
    {
        var answer = await FenceAsync("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 1");
        Assert.EndsWith("line 1999", answer.Sentence, StringComparison.Ordinal);
        Assert.InRange(answer.Sentence.Length, 400, 800);
    }

    [Fact]
    public async Task Fence_ProgramHangs_IsKilledWithItsChildren()
    {
        var pid = Path.Combine(_folder.FullName, "pid");
        var answer = await FenceAsync($"sleep 300 & echo $! >'{pid}'; wait", o => o.Timeout = TimeSpan.FromSeconds(3));
        Assert.False(answer.Succeeded);
        Assert.Contains("did not end within 00:00:03 and was killed", answer.Sentence, StringComparison.Ordinal);
        var child = int.Parse(await File.ReadAllTextAsync(pid, Cancelled), System.Globalization.CultureInfo.InvariantCulture);
        var startedAt = TimeProvider.System.GetTimestamp();
        while (Directory.Exists($"/proc/{child}") && !(await File.ReadAllTextAsync($"/proc/{child}/stat", Cancelled)).Contains(") Z", StringComparison.Ordinal))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(30), "its child lives on");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancelled);
        }
    }

    [Fact]
    public async Task Fence_ProgramLeavesAChildBehind_ItsOwnExitCodeCounts()
    {
        var pid = Path.Combine(_folder.FullName, "pid");
        var answer = await FenceAsync($"echo fenced; sleep 300 & echo $! >'{pid}'; exit 0");
        System.Diagnostics.Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pid, Cancelled), System.Globalization.CultureInfo.InvariantCulture)).Kill();
        Assert.True(answer.Succeeded, answer.Sentence);
        Assert.EndsWith("ended with exit code 0: fenced", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fence_FileIsNoProgram_Fails()
    {
        var path = Path.Combine(_folder.FullName, "text");
        await File.WriteAllTextAsync(path, "nothing to run", Cancelled);
        var answer = await FencingOf(path, _ => { }).FenceAsync(new FenceOrder("n2", 7, "lost", false), Cancelled);
        Assert.False(answer.Succeeded);
        Assert.StartsWith($"{path} could not be run: ", answer.Sentence, StringComparison.Ordinal);
    }

    private async Task<FenceAnswer> FenceAsync(string script, Action<FencingOptions>? configure = null)
    {
        var path = Path.Combine(_folder.FullName, "fence.sh");
        await File.WriteAllTextAsync(path, script + "\n", Cancelled);

        // Run by the shell: a file that was just written can still be open in a process that another test is starting (ETXTBSY).
        return await FencingOf("/bin/sh", o =>
        {
            o.Arguments.Add(path);
            configure?.Invoke(o);
        }).FenceAsync(new FenceOrder("n2", 7, "it answers nobody", IsRehearsal: false), Cancelled);
    }

    private static FencingCommand FencingOf(string command, Action<FencingOptions> configure)
    {
        var options = new HaDatabaseOptions();
        options.Nodes.Add(new HaNodeOptions { Name = "n1", Host = "db1" });
        options.Nodes.Add(new HaNodeOptions { Name = "n2", Host = "db2", Port = 5433 });
        options.Failover.Fencing.Command = command;
        options.Failover.Fencing.Timeout = TimeSpan.FromMinutes(1); // for hangs only
        configure(options.Failover.Fencing);
        return new FencingCommand(options, "me", TimeProvider.System);
    }
}
