using System.Net;
using System.Text.Json;
using HaConnect.Testing;
using HaConnect.WebTests.Lab;

namespace HaConnect.WebTests.Health;

/// <summary>What an orchestrator sees of an instance while its cluster is in trouble.</summary>
public sealed class ReadinessTests : WebTest
{
    [Fact]
    public async Task PrimaryKilledAndStartedAgain_UnreadyAndReadyAndAllTheTimeAlive()
    {
        var cluster = await StartClusterAsync();
        var options = Options(cluster) with { ConfigureHealth = o => o.PrimaryGrace = TimeSpan.Zero };
        options.Settings["Failover__Mode"] = "Observe"; // nobody is promoted
        options.Settings["Connections__WaitTimeout"] = "00:00:00.5";
        var service = await StartServiceAsync(options);
        await CreateRowsAsync(cluster, service);
        using var client = service.Browser();
        await UntilAsync("healthy", async () => (await ReportAsync(client)).Status == "Healthy");

        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("unready", async () => (await ReportAsync(client)).Code == HttpStatusCode.ServiceUnavailable);
        var report = await ReportAsync(client);
        Assert.Equal("Unhealthy", report.Status);
        Assert.Contains("there is no primary: no node out of recovery can be used, for ", report.Description, StringComparison.Ordinal);
        Assert.StartsWith("Primary, Unreachable", report.Nodes["n1"], StringComparison.Ordinal);
        foreach (var secret in (string[])[cluster.Application.Password, "127.0.0.1", cluster["n1"].Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "Connection refused"])
            Assert.DoesNotContain(secret, report.Raw, StringComparison.Ordinal);
        using (var live = await client.GetAsync(new Uri("/live", UriKind.Relative), Cancelled))
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        using (var refused = await client.PostAsync(new Uri("/rows/1", UriKind.Relative), null, Cancelled))
        {
            var body = await refused.Content.ReadAsStringAsync(Cancelled);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(2), "application/problem+json"), (refused.StatusCode, refused.Headers.RetryAfter!.Delta, refused.Content.Headers.ContentType!.MediaType));
            Assert.Contains("urn:haconnect:problem:no-primary", body, StringComparison.Ordinal);
            Assert.DoesNotContain("n1", body, StringComparison.Ordinal);
            TestContext.Current.TestOutputHelper?.WriteLine(body);
        }

        await cluster["n1"].StartAsync(Cancelled);
        await UntilAsync("healthy again", async () => (await ReportAsync(client)).Status == "Healthy", TimeSpan.FromSeconds(60));
        using var served = await client.PostAsync(new Uri("/rows/1", UriKind.Relative), null, Cancelled);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    /// <summary>An instance that is taken out of rotation cannot let its requests wait: within the grace it stays in.</summary>
    [Fact]
    public async Task Failover_WithinTheGraceTheInstanceStaysReady()
    {
        var cluster = await StartClusterAsync();
        var service = await StartServiceAsync(Options(cluster) with { ConfigureHealth = o => o.PrimaryGrace = TimeSpan.FromSeconds(60) });
        await CreateRowsAsync(cluster, service);
        using var client = service.Browser();
        await UntilAsync("healthy in term 1", async () => await ReportAsync(client) is { Status: "Healthy", Term: 1 });
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("term 2", async () =>
        {
            var report = await ReportAsync(client);
            Assert.Equal(HttpStatusCode.OK, report.Code);
            return report.Term == 2;
        });
        await UntilAsync("n1 is missed", async () => await ReportAsync(client) is { Status: "Degraded" } report && report.Description.StartsWith("without n1 commits wait with one more loss", StringComparison.Ordinal));
        var after = await ReportAsync(client);
        TestContext.Current.TestOutputHelper?.WriteLine(after.Raw);
        using var served = await client.PostAsync(new Uri("/rows/1", UriKind.Relative), null, Cancelled);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task Switchover_TheInstanceStaysReady()
    {
        var cluster = await StartClusterAsync();
        var service = await StartServiceAsync(Options(cluster) with { ConfigureHealth = o => o.PrimaryGrace = TimeSpan.FromSeconds(60) });
        await CreateRowsAsync(cluster, service);
        using var client = service.Browser();
        await UntilAsync("healthy in term 1", async () => await ReportAsync(client) is { Status: "Healthy", Term: 1 });
        var switching = service.Database.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled);
        await UntilAsync("n2 in use in term 2", async () =>
        {
            var report = await ReportAsync(client);
            Assert.Equal(HttpStatusCode.OK, report.Code);
            return report.Term == 2 && report.Nodes["n2"].Contains("in use as the primary", StringComparison.Ordinal);
        });
        await switching;
    }

    [Fact]
    public async Task StandbysGo_OneAfterTheOther_IsDegradedAndSaysWhy()
    {
        var cluster = await StartClusterAsync();
        var service = await StartServiceAsync(Options(cluster, maxReplicaLag: TimeSpan.FromSeconds(1)));
        await CreateRowsAsync(cluster, service);
        using var client = service.Browser();
        await UntilAsync("healthy in term 1", async () => await ReportAsync(client) is { Status: "Healthy", Term: 1 });

        await cluster["n3"].KillAsync(Cancelled);
        await UntilAsync("n3 is missed", async () => (await ReportAsync(client)).Description.Contains("without n3 commits wait with one more loss: 1 of 2 synchronous standbys stream, and 1 must flush each commit", StringComparison.Ordinal));
        Assert.Equal((HttpStatusCode.OK, "Degraded"), ((await ReportAsync(client)).Code, (await ReportAsync(client)).Status));

        await cluster["n2"].KillAsync(Cancelled);
        await UntilAsync("commits wait", async () =>
            (await ReportAsync(client)).Description is var found && found.Contains("commits wait: fewer synchronous standbys stream", StringComparison.Ordinal) && found.Contains("no replica is proven to hold what was acked 1 s ago", StringComparison.Ordinal));
    }

    private static async Task<Report> ReportAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/ready", UriKind.Relative), Cancelled);
        var raw = await response.Content.ReadAsStringAsync(Cancelled);
        var check = JsonDocument.Parse(raw).RootElement.GetProperty("checks").GetProperty("ha-database");
        var data = check.GetProperty("data");
        return new Report(
            response.StatusCode, check.GetProperty("status").GetString()!, check.GetProperty("description").GetString()!, data.TryGetProperty("term", out var term) ? term.GetInt64() : null,
            data.GetProperty("nodes").EnumerateObject().ToDictionary(n => n.Name, n => n.Value.GetString()!), raw);
    }

    private sealed record Report(HttpStatusCode Code, string Status, string Description, long? Term, Dictionary<string, string> Nodes, string Raw);
}
