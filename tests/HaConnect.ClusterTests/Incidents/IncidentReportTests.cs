using System.Text.Json;
using HaConnect.ClusterTests.Cli;
using HaConnect.Operations;
using HaConnect.Operations.Incidents;

namespace HaConnect.ClusterTests.Incidents;

/// <summary>Post-mortems from the trails of two instances of a real cluster: of a primary that is killed, and of the switchover back in good order.</summary>
public sealed class IncidentReportTests : ClusterTest
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haconnect-incident-");

    private string Trail(string instance) => Path.Combine(_folder.FullName, instance);

    [Fact]
    public async Task Report_KillAndSwitchoverSeenByTwoInstances_TellsWhatTheTrailsKnow()
    {
        var cluster = await StartClusterAsync();
        await using (var first = AuditFile.Open(Trail("web-1")))
        await using (var second = AuditFile.Open(Trail("web-2")))
        {
            await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(first).Build();
            await UntilManagedAsync(db);
            await using var other = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).AddAuditSink(second).Build();
            await (await other.OpenConnectionAsync(Cancelled)).DisposeAsync();

            // A failover that nobody held up.
            await cluster["n1"].KillAsync(Cancelled);
            await UntilAsync("term 2", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null } && other.Snapshot is { Term: 2, Primary: not null }), TimeSpan.FromSeconds(60));
            await cluster.RejoinAsync(cluster["n1"], Cancelled);
            await UntilAsync("n1 to be in use", () => Task.FromResult(db.Snapshot["n1"]?.Lag is not null), TimeSpan.FromSeconds(60));
            await UntilAsync("n1 to be named again", async () => (await cluster[db.Snapshot.Primary!.Name].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled))!.Contains("n1", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

            var switched = await db.Cluster.OnBehalfOf("alice").SwitchoverAsync("n1", cancellationToken: Cancelled);
            Assert.True(switched.Succeeded, switched.Reason);
        }

        var run = await RunAsync();
        Assert.True(run.Code == 0, run.ToString());
        Assert.StartsWith("# Incident: switchover of main, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("**n1 took over from", run.Output, StringComparison.Ordinal);
        Assert.Contains("a switchover to n1 is asked for (asked for by alice)", run.Output, StringComparison.Ordinal);
        Assert.Contains("The new primary had replayed all that the former one had acked", run.Output, StringComparison.Ordinal);

        var report = IncidentReport.ReadFolders([Trail("web-1"), Trail("web-2")], new IncidentSelection { Term = 2 });
        var context = report.Context;
        Assert.Equal((IncidentKind.Failover, "n1"), (context.Kind, context.PrimaryBefore));
        Assert.Contains(context.PrimaryAfter, (string[])["n2", "n3"]);
        Assert.Equal([2L], context.Incident.Terms);
        Assert.NotNull(context.Incident.Detected);
        Assert.NotNull(context.Took);
        Assert.StartsWith("Not measured. A commit waited for standbys before (term 1: n1, 1 of n2, n3)", LossWords.Of(context), StringComparison.Ordinal);

        // Both instances saw it, one of them did it.
        Assert.Equal(2, context.Timeline.Select(r => r.Coordinator).Distinct().Count());
        Assert.Single(context.Coordinators);
        Assert.Equal(2, context.Timeline.Count(r => r is { Kind: AuditKind.Configuration, Step: "Primary" } && r.After == $"{context.PrimaryAfter}, term 2"));
        var json = await RunAsync("--term", "2", "--output", "json");
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal((1, "failover", "n1", true), (document.RootElement.GetProperty("schemaVersion").GetInt32(), document.RootElement.GetProperty("kind").GetString(), document.RootElement.GetProperty("primaryBefore").GetString(),
            document.RootElement.GetProperty("trails").EnumerateArray().All(t => t.GetProperty("isIntact").GetBoolean())));

        var none = await RunAsync("--term", "99");
        Assert.Equal(HaConnect.Cli.ExitCodes.Usage, none.Code);
        Assert.Contains("Term 99 is not in these trails. They tell of:", none.Error, StringComparison.Ordinal);
        Assert.Contains("UTC: failover, term 2: established:", none.Error, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());

        // For the golden test, which has a trail that was recorded so.
        if (Environment.GetEnvironmentVariable("HACONNECT_KEEP_TRAILS") is { Length: > 0 } keep)
        {
            foreach (var file in _folder.GetFiles("audit*", SearchOption.AllDirectories).Where(f => f.Extension is ".jsonl" or ".head"))
            {
                Directory.CreateDirectory(Path.Combine(keep, file.Directory!.Name));
                file.CopyTo(Path.Combine(keep, file.Directory.Name, file.Name), overwrite: true);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var file in _folder.GetFiles("*", SearchOption.AllDirectories))
            file.IsReadOnly = false;
        _folder.Delete(recursive: true);
    }

    private async Task<ToolRun> RunAsync(params string[] options)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await HaConnect.Cli.Tool.RunAsync(["report", "incident", Trail("web-1"), Trail("web-2"), .. options], HaConnect.Cli.Output.Terminal.To(output, error), Cancelled);
        return new ToolRun(code, output.ToString(), error.ToString(), TimeSpan.Zero);
    }
}
