using System.Text.Json;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations.Planning;

namespace HaConnect.ClusterTests.Operations;

/// <summary>Clusters that are set up by the commands of a plan alone: they are as planned, the doctor has nothing to say, and they survive the loss of the primary.</summary>
public sealed class PlanTests : ClusterTest
{
    private static readonly PlannedRoles HostileRoles = new() { Superuser = "the super user", Application = "shop 'app'", Control = "con:trol\\", Observer = "obs,erver", Replication = "+re pli'cator" };

    [Fact]
    public async Task Plan_ThreeNodesByItsCommandsAlone_AreAsPlannedAndFailOver()
    {
        await using var cluster = await PlannedCluster.PlanAsync(3, 0, plan => plan with { RtoSeconds = 5, ReadShare = 0.8, Database = "the \"shop\"", Roles = HostileRoles });
        var start = TimeProvider.System.GetTimestamp();
        await cluster.SetUpAsync();
        Write($"set up by its commands in {Seconds(start)}");
        Assert.Equal("600", (await cluster.DoAsync($"stat -c %a {ShellText.Word(cluster.Plan.ServersPassFile)}")).Trim());

        await using var db = new HaDataSourceBuilder(cluster.Options()).Build();
        await UntilManagedAsync(db);
        await VerifiesAsync(cluster);
        await DoctorFindsNothingAsync(cluster);

        // One setting changed, one standby missing.
        await cluster.ExecuteAsync("n2", "ALTER SYSTEM SET wal_receiver_timeout = '5s'");
        await cluster.ExecuteAsync("n2", "SELECT pg_reload_conf()");
        await cluster.PgCtlAsync("n3", "stop -m fast");
        var different = await VerifyAsync(cluster);
        Assert.True(different.Code == 1, different.ToString());
        Assert.Equal(["n2 wal_receiver_timeout 2s 5s", "n3 server"], Differences(different).Select(d => d.What == "server" ? $"{d.Node} server" : $"{d.Node} {d.What} {d.Planned} {d.Found}").Order(StringComparer.Ordinal));
        Assert.Contains("n3", different.Json.GetProperty("unseen")[0].GetString(), StringComparison.Ordinal);
        Write(different.Output);
        await cluster.ExecuteAsync("n2", Differences(different).Single(d => d.Node == "n2").Remedy["run there: ".Length..].Split("; ")[0]);
        await cluster.ExecuteAsync("n2", "SELECT pg_reload_conf()");
        await cluster.PgCtlAsync("n3", "start");
        await UntilAsync("the cluster as planned again", async () => (await VerifyAsync(cluster)).Code == 0);
        await UntilAsync("a failover possible again", async () => (await ToolRun.InProcessAsync(cluster.Settings, "status")).Code == 0);

        await FailsOverAsync(cluster, db);
    }

    [Fact]
    public async Task Plan_TwoNodesAndAWitnessOverTlsWithSlots_AreAsPlannedAndFailOver()
    {
        await using var cluster = await PlannedCluster.PlanAsync(2, 1, plan => plan with { DegradeAfterSeconds = 4, KeepSlots = true, Tls = true });
        var without = await cluster.ShellAsync("haconnect plan --file plan.json --commands n1 | sh");
        Assert.True(without.ExitCode == 1 && without.Output.Contains("TLS: put into", StringComparison.Ordinal), without.Output);
        await cluster.CertifyAsync();
        var start = TimeProvider.System.GetTimestamp();
        await cluster.SetUpAsync();
        Write($"set up by its commands in {Seconds(start)}");
        var again = await cluster.ShellAsync("haconnect plan --file plan.json --commands n2 | sh");
        Assert.True(again.ExitCode == 1 && again.Output.Contains("holds a server already: nothing was done", StringComparison.Ordinal), again.Output);

        await using var db = new HaDataSourceBuilder(cluster.Options()).Build();
        await UntilManagedAsync(db);
        await VerifiesAsync(cluster);
        await DoctorFindsNothingAsync(cluster);
        await FailsOverAsync(cluster, db);
    }

    private static async Task FailsOverAsync(PlannedCluster cluster, HaDataSource db)
    {
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("some writes", () => Task.FromResult(workload.AckedCount > 40));
        var killedAt = TimeProvider.System.GetTimestamp();
        await cluster.KillAsync("n1");
        await UntilAsync("another primary", () => Task.FromResult(db.Snapshot is { Primary: { Name: not "n1" }, Term: > 1 }));
        var acked = workload.AckedCount;
        await UntilAsync("writes at the other primary", () => Task.FromResult(workload.AckedCount > acked + 40));
        await workload.StopAsync();
        var successor = db.Snapshot.Primary!.Name;
        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.ApplicationConnectionOf(successor)));
        Write($"n1 killed under writes: {successor} is the primary, longest gap {workload.LongestGapSince(killedAt).Gap.TotalSeconds:0.00} s, {workload.AckedCount} writes acked, 0 failed, 0 lost");
    }

    private static async Task VerifiesAsync(PlannedCluster cluster)
    {
        var verified = await VerifyAsync(cluster);
        Assert.True(verified.Code == 0, verified.ToString());
        Write($"plan --verify: {verified.Code}, {Differences(verified).Count} differences, {verified.Json.GetProperty("unseen").GetArrayLength()} unseen");
    }

    private static async Task DoctorFindsNothingAsync(PlannedCluster cluster)
    {
        var found = await ToolRun.InProcessAsync(cluster.Settings, "doctor", "--fail-on", "warning", "-o", "json");
        Assert.True(found.Code == 0, found.ToString());
        Write($"doctor --fail-on warning: {found.Code}, {string.Join(", ", found.Json.GetProperty("findings").EnumerateArray().Select(f => $"{f.GetProperty("severity").GetString()} {f.GetProperty("code").GetString()}"))}");
    }

    private static Task<ToolRun> VerifyAsync(PlannedCluster cluster) => ToolRun.InProcessAsync(cluster.Settings, "plan", "--file", cluster.PlanFile, "--verify", "-o", "json");

    private static List<(string? Node, string What, string Planned, string Found, string Remedy)> Differences(ToolRun run) =>
        [.. run.Json.GetProperty("differences").EnumerateArray().Select(d => (Text(d, "node"), Text(d, "what")!, Text(d, "planned")!, Text(d, "found")!, Text(d, "remedy")!))];

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Seconds(long since) => FormattableString.Invariant($"{TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");

    private static void Write(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
