using System.Text.Json;
using HaConnect.Testing;

namespace HaConnect.ClusterTests.Cli;

/// <summary>The tool beside a cluster to which all kinds of things happen. It answers within its deadline, and says what it knows and what not.</summary>
public sealed class ToolTests : ClusterTest
{
    /// <summary>What a run may take beyond --timeout on a machine that has other work, before it counts as a hang.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-tool-");

    [Fact]
    public async Task Status_OfAClusterFromHealthyToDead_SaysWhatIsKnownAndEndsWithItsCode()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, _folder);
        await using var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(application);

        // Sound. The first look may fall into a moment when a standby has just not been proven fresh.
        await UntilCodeAsync(0);
        var sound = await RunAsync("status", "--output", "json");
        Assert.Equal((1, "n1", 1L), (sound.Json.GetProperty("schemaVersion").GetInt32(), sound.Json.GetProperty("primary").GetString(), sound.Json.GetProperty("term").GetInt64()));
        Assert.Equal(["n1 primary reachable writes", "n2 standby reachable reads", "n3 standby reachable reads"], Nodes(sound));
        var table = await RunAsync("status");
        Assert.Contains("every node is well", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', table.Output);
        TestContext.Current.TestOutputHelper?.WriteLine(table.Output);
        Assert.Equal(4, (await RunAsync("status", "-o", "csv")).Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        await UntilCheckedAsync(0, "primary", "replicas", "lag", "coordinator", "slots");
        Assert.Equal(1, (await RunAsync("check", "archive")).Code); // the test's servers do not archive

        // Where would it go?
        var read = await RunAsync("explain", "-o", "json");
        Assert.Equal((0, 2), (read.Code, read.Json.GetProperty("nodes").EnumerateArray().Count(n => n.GetProperty("isChosen").GetBoolean())));
        Assert.Contains("* n1", (await RunAsync("explain", "--write")).Output, StringComparison.Ordinal);
        Assert.Equal(64, (await RunAsync("explain", "--node", "n9")).Code);
        Assert.Equal(64, (await RunAsync("explain", "--max-lag", "0.001")).Code); // which no probe can prove

        // Paused, by the tool itself.
        Assert.Equal(0, (await RunAsync("pause", "--reason", "work on the 'network'")).Code);
        await UntilCodeAsync(1);
        Assert.True((await RunAsync("status", "-o", "json")).Json.GetProperty("isPaused").GetBoolean());
        Assert.Equal(1, (await RunAsync("check", "coordinator")).Code);
        Assert.Equal(0, (await RunAsync("resume")).Code);
        await UntilCodeAsync(0);

        // Half reachable: a standby that is silent.
        await cluster["n3"].FreezeAsync(Cancelled);
        var half = await RunAsync("status", "-o", "json", "--timeout", "2");
        Assert.Equal(1, half.Code);
        Assert.Equal("n1 primary reachable writes", Nodes(half)[0]);
        Assert.DoesNotContain("n3 standby reachable", Nodes(half)[2], StringComparison.Ordinal);
        Assert.Contains(half.Json.GetProperty("problems").EnumerateArray(), p => p.GetString()!.StartsWith("n3: ", StringComparison.Ordinal));
        Assert.Equal(2, (await RunAsync("check", "lag", "--timeout", "2")).Code);
        await cluster["n3"].ThawAsync(Cancelled);
        await UntilCodeAsync(0);

        // No primary: the coordinator is gone, so that nobody makes another.
        await application.DisposeAsync();
        await cluster["n1"].KillAsync(Cancelled);
        await UntilCodeAsync(2);
        var lost = await RunAsync("status", "-o", "json");
        Assert.Equal(JsonValueKind.Null, lost.Json.GetProperty("primary").ValueKind);
        Assert.Equal(2, (await RunAsync("check", "primary")).Code);
        Assert.Equal(3, (await RunAsync("check", "lag")).Code);
        Assert.Equal(3, (await RunAsync("check", "slots")).Code);
        Assert.Equal(2, (await RunAsync("explain", "--write")).Code);

        // Nothing answers.
        await cluster["n2"].KillAsync(Cancelled);
        await cluster["n3"].KillAsync(Cancelled);
        var dead = await RunAsync("status", "-o", "json");
        Assert.Equal((3, "unknown"), (dead.Code, dead.Json.GetProperty("level").GetString()));

        Task UntilCodeAsync(int code) => UntilAsync($"status ends with {code}", async () => (await RunAsync("status")).Code == code);

        async Task UntilCheckedAsync(int code, params string[] checks)
        {
            foreach (var check in checks)
                await UntilAsync($"check {check} ends with {code}", async () => (await RunAsync("check", check)).Code == code);
        }

        async Task<ToolRun> RunAsync(params string[] arguments)
        {
            var run = await ToolRun.InProcessAsync(settings, arguments);
            if (arguments[0] == "check")
                TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
            Assert.True(run.Took < TimeSpan.FromSeconds(5) + s_slack, $"{string.Join(' ', arguments)}: {run}");
            return run;
        }
    }

    [Fact]
    public async Task Status_TwoNodesOutOfRecovery_OneIsThePrimaryAndTheOtherIsToldOf()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, _folder);
        await using (var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build())
            await UntilManagedAsync(application);
        await cluster["n3"].ScalarAsync<bool>("SELECT pg_promote()", Cancelled);
        var split = await ToolRun.InProcessAsync(settings, "status", "-o", "json");
        Assert.Equal(1, split.Code);
        Assert.Equal("n1", split.Json.GetProperty("primary").GetString());
        Assert.StartsWith("n3 quarantined", Nodes(split)[2], StringComparison.Ordinal);
        Assert.Contains(split.Json.GetProperty("problems").EnumerateArray(), p => p.GetString()!.StartsWith("n3: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_PasswordIsWrong_SaysSoAndNeverTheOneThatWasGiven()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, _folder, o => o.Failover.ControlPassword = "wrong-secret");
        var run = await ToolRun.InProcessAsync(settings, "status", "-o", "json");
        Assert.Equal(3, run.Code);
        Assert.All(Nodes(run), n => Assert.Contains("misconfigured", n, StringComparison.Ordinal));
        Assert.DoesNotContain("wrong-secret", run.Output + run.Error, StringComparison.Ordinal);
        Assert.Contains("password", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switchover_ByTheTool_IsDoneOrRefusedWithAReason()
    {
        var cluster = await StartClusterAsync();
        var settings = ToolRun.SettingsOf(cluster, _folder);
        await using var application = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(application);
        var refused = await ToolRun.InProcessAsync(settings, "switchover", "n9");
        Assert.Equal(1, refused.Code);
        Assert.Contains("n9", refused.Output, StringComparison.Ordinal);
        var wrongName = await ToolRun.InProcessAsync(settings, "failover", "--cluster", "other", "-o", "json");
        Assert.Equal((1, false), (wrongName.Code, wrongName.Json.GetProperty("isDone").GetBoolean()));

        var done = await ToolRun.InProcessAsync(settings, "switchover", "n2", "-o", "json");
        Assert.True(done.Code == 0, done.ToString());
        Assert.Equal((true, "n2"), (done.Json.GetProperty("isDone").GetBoolean(), done.Json.GetProperty("primary").GetString()));
        await UntilAsync("the application follows", () => Task.FromResult(application.Snapshot.Primary?.Name == "n2"));
        Assert.Equal(0, (await ToolRun.InProcessAsync(settings, "node", "maintenance", "begin", "n3", "--reason", "a new disk")).Code);
        await UntilAsync("it is told", async () => (await ToolRun.InProcessAsync(settings, "status")).Output.Contains("maintenance", StringComparison.Ordinal));
        Assert.Equal(0, (await ToolRun.InProcessAsync(settings, "node", "maintenance", "end", "n3")).Code);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Each node in a few words.</summary>
    private static List<string> Nodes(ToolRun run) =>
        [.. run.Json.GetProperty("nodes").EnumerateArray().Select(n => $"{Text(n, "node")} {Text(n, "role")} {Text(n, "state")} {Text(n, "serves")}".TrimEnd())];

    private static string? Text(JsonElement node, string name) => node.GetProperty(name).GetString();
}
