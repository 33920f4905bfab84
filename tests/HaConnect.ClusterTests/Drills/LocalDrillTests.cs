using System.Diagnostics;
using System.Text.Json;
using HaConnect.ClusterTests.Cli;
using HaConnect.Testing.Processes;

namespace HaConnect.ClusterTests.Drills;

/// <summary><c>drill --local</c> as a process of its own, from nothing to nothing.</summary>
public sealed class LocalDrillTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-drill-");

    [Fact]
    public async Task Kill_OfThePrimaryUnderLoad_LosesNothing_AndIsReportedInThreeForms()
    {
        var trail = Path.Combine(_folder.FullName, "trail");
        var json = await PassedAsync("failover", "--seconds", "6", "--audit-folder", trail);
        Assert.Equal(("n1", 0, 0), (json.GetProperty("firstPrimary").GetString(), json.GetProperty("lostWrites").GetInt32(), json.GetProperty("failedOperations").GetInt32()));
        var (detection, recovery, gap) = (json.GetProperty("detectionSeconds").GetDouble(), json.GetProperty("recoverySeconds").GetDouble(), json.GetProperty("longestWriteGapSeconds").GetDouble());
        Assert.True(detection > 0 && detection < recovery && gap > 0 && gap <= json.GetProperty("durationSeconds").GetDouble(), json.ToString());
        var acked = json.GetProperty("ackedWrites").GetInt32();
        Assert.Equal(acked, json.GetProperty("ackedPerTenth").EnumerateArray().Sum(n => n.GetInt32()));
        var marks = json.GetProperty("timeline").EnumerateArray().Select(e => e.GetProperty("label").GetString()).ToList();
        Assert.True(marks.IndexOf("fault") < marks.IndexOf("detected") && marks.IndexOf("detected") < marks.IndexOf("promoted") && marks.IndexOf("promoted") < marks.IndexOf("first write"), string.Join(", ", marks));
        Assert.Equal(recovery, json.GetProperty("timeline").EnumerateArray().First(e => e.GetProperty("label").GetString() == "first write").GetProperty("secondsAfterFault").GetDouble(), 0.05);

        var integrity = json.GetProperty("integrity");
        Assert.Equal(["n2", "n3"], integrity.GetProperty("pairs").EnumerateArray().Select(p => p.GetProperty("right").GetString()));
        Assert.True(integrity.GetProperty("rows").GetInt64() >= 2L * acked && integrity.GetProperty("differentRows").GetInt64() == 0, integrity.ToString());

        var files = new DirectoryInfo(Path.Combine(_folder.FullName, "drills")).GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal).ToList();
        Assert.Equal([".html", ".json", ".md"], files.Select(Path.GetExtension));
        Assert.All(files, f => Assert.Matches("^drill-failover-20[0-9]{6}T[0-9]{6}Z[.]", f));
        Assert.Contains("<svg ", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "drills", files[0]), Cancelled), StringComparison.Ordinal);

        var verified = await RunAsync("audit", "verify", trail);
        Assert.True(verified.Code == 0, verified.Error);
        var told = (await RunAsync("audit", "show", trail)).Output;
        Assert.Contains("detected: n1 is lost", told, StringComparison.Ordinal);
        Assert.Contains("Passed: the primary n1 was struck (kill)", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FrozenSite_WithThePrimaryAStandbyAndTheCoordinator_IsSurvivedByTheOther()
    {
        var json = await PassedAsync("site", "site", "--seconds", "6", "--fault", "freeze");
        Assert.Equal(("disaster", "freeze"), (json.GetProperty("kind").GetString(), json.GetProperty("fault").GetString()));
        Assert.Contains(json.GetProperty("newPrimary").GetString(), (string[])["n3", "n4"]);
        Assert.Equal(["n2", "n3", "n4"], json.GetProperty("integrity").GetProperty("pairs").EnumerateArray().Select(p => p.GetProperty("right").GetString()));
        var timeline = json.GetProperty("timeline").EnumerateArray().Select(e => $"{e.GetProperty("label").GetString()} {e.GetProperty("sentence").GetString()}").ToList();
        Assert.StartsWith("elected haconnect agent, process ", timeline[0], StringComparison.Ordinal);
        var fault = timeline.FindIndex(e => e.StartsWith("fault SIGSTOP to every process of n1 and n2, the site of the primary and to the coordinator in office", StringComparison.Ordinal));
        Assert.True(fault > 0 && timeline.FindIndex(fault, e => e.StartsWith("elected ", StringComparison.Ordinal)) > fault, string.Join('\n', timeline)); // another had to take over first
    }

    [Fact]
    public async Task Cut_OfThePrimary_IsSurvived_OrRefusedWithWhatIsMissing()
    {
        var whyNot = HaConnect.Cli.Drilling.Local.DrillNetwork.WhyNot();
        if (whyNot is null)
        {
            var json = await PassedAsync("failover", "--seconds", "6", "--fault", "cut");
            Assert.Equal("cut", json.GetProperty("fault").GetString());
            Assert.DoesNotContain(Directory.Exists("/run/netns") ? Directory.EnumerateFiles("/run/netns").Select(Path.GetFileName) : [], f => f!.StartsWith("haconnect-drill-", StringComparison.Ordinal));
            return;
        }

        var run = await RunAsync("drill", "--local", "--fault", "cut");
        Assert.Equal(64, run.Code);
        Assert.StartsWith($"--fault is cut, which needs a network for each server, and {whyNot}.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupt_InTheMiddle_EndsTheServersAndLeavesNothing()
    {
        using var process = Start("drill", "--local", "--seconds", "60", "--report", Path.Combine(_folder.FullName, "drills"));
        var error = process.StandardError.ReadToEndAsync(Cancelled);
        var servers = new List<string>();
        await UntilAsync("its servers run", () => Task.FromResult((servers = ServersOf(process.Id)).Count >= 3));
        LibC.Signal(process.Id, UnixSignal.Interrupt);
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancelled);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("their folder is removed", await error, StringComparison.Ordinal);
        Assert.All(servers, folder => Assert.False(Directory.Exists(folder), folder));
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "drills")));
    }

    [Fact]
    public async Task Kill_OfTheToolItself_LeavesNeitherServersNorTheAgent()
    {
        using var process = Start("drill", "--local", "--with-coordinator", "--seconds", "60", "--report", Path.Combine(_folder.FullName, "drills"));
        var agent = 0;
        await UntilAsync("its agent runs", () => Task.FromResult((agent = AgentOf(process.Id)) != 0), TimeSpan.FromSeconds(60));
        var servers = ServersOf(process.Id);
        Assert.Equal(3, servers.Count);
        LibC.Signal(process.Id, UnixSignal.Kill);
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancelled);
        await UntilAsync("nothing is left", () => Task.FromResult(!IsAgent($"/proc/{agent}") && !servers.Any(Directory.Exists)));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<JsonElement> PassedAsync(string kind, params string[] arguments)
    {
        var run = await RunAsync(["drill", .. arguments, "--local", "--output", "json", "--report", Path.Combine(_folder.FullName, "drills")]);
        Assert.True(run.Code == 0, $"{run.Code}\n{run.Output}\n{run.Error}");
        var written = await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(_folder.FullName, "drills"), $"drill-{kind}-*.json").Single(), Cancelled);
        Assert.Equal(written.Trim(), run.Output.Trim());
        var json = JsonDocument.Parse(written).RootElement;
        Assert.True(json.GetProperty("passed").GetBoolean() && json.GetProperty("isInFirstShape").GetBoolean() && json.GetProperty("ackedWrites").GetInt32() > 0, written);
        Assert.Equal(0, json.GetProperty("problems").GetArrayLength());
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: detection {json.GetProperty("detectionSeconds")}, recovery {json.GetProperty("recoverySeconds")}, acked {json.GetProperty("ackedWrites")}");
        return json;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancelled), process.StandardError.ReadToEndAsync(Cancelled));
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(240), TimeProvider.System, Cancelled);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Ctrl-C reaches it, also where tests that run in a shell's background have inherited that it is ignored.</summary>
    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", .. ToolProcess.Command, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;

    /// <summary>The data folders in which servers work that are children of a process.</summary>
    private static List<string> ServersOf(int parent) =>
        [.. Directory.EnumerateDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), System.Globalization.CultureInfo.InvariantCulture, out _) && ParentOf(p) == parent).Select(p => LibC.ReadLink(p + "/cwd")).OfType<string>().Where(f => f.Contains("haconnect-pg-", StringComparison.Ordinal))];

    /// <summary>The <c>haconnect agent</c> that a process has started; 0 while there is none.</summary>
    private static int AgentOf(int parent) =>
        Directory.EnumerateDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), System.Globalization.CultureInfo.InvariantCulture, out _) && ParentOf(p) == parent && IsAgent(p)).Select(p => int.Parse(Path.GetFileName(p), System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();

    private static bool IsAgent(string process)
    {
        try
        {
            var words = File.ReadAllText(process + "/cmdline").Split('\0');
            return words[0] != "/bin/sh" && words.Contains("agent") && words.Contains("HaConnectDrill");
        }
        catch (IOException)
        {
            return false; // it is gone
        }
    }

    private static int ParentOf(string process)
    {
        try
        {
            var stat = File.ReadAllText(process + "/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it left between the two looks
        }
    }
}
