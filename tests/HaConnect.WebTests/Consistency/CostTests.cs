using System.Net;
using HaConnect.Testing;
using HaConnect.WebTests.Lab;
using Microsoft.Extensions.Logging;

namespace HaConnect.WebTests.Consistency;

/// <summary>What is not needed is not done; and what fails of it fails no answer.</summary>
public sealed class CostTests : WebTest
{
    private const string Name = "of-the-web-service";

    [Fact]
    public async Task NeitherReadsNorWrites_OpensNoConnectionAndGivesNoToken()
    {
        var cluster = await StartClusterAsync();
        var options = Options(cluster);
        options.Settings["ConnectionString"] = ClusterOptions.Observe(cluster).ConnectionString + $";Application Name={Name}";
        var service = await StartServiceAsync(options);
        await CreateRowsAsync(cluster, service);
        using var browser = service.Browser(new CookieContainer());
        for (var i = 0; i < 50; i++)
        {
            foreach (var path in (string[])["/nothing", "/ready", "/live"])
            {
                using var response = await browser.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.False(response.Headers.Contains("Set-Cookie"));
            }
        }

        Assert.Equal(0, await SessionsAsync(cluster));
        using (var written = await browser.PostAsync(new Uri("/rows/1", UriKind.Relative), null, Cancelled))
            Assert.True(written.Headers.Contains("Set-Cookie"));
        var used = await SessionsAsync(cluster);
        Assert.True(used > 0, "sessions of the application are not counted: the test shows nothing");

        // With a token, too.
        for (var i = 0; i < 20; i++)
        {
            using var response = await browser.GetAsync(new Uri("/nothing", UriKind.Relative), Cancelled);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal(used, await SessionsAsync(cluster));
    }

    /// <summary>The primary is gone when the answer is to be given: a read that was served is not failed, nor held up for long.</summary>
    [Fact]
    public async Task CaptureFails_TheAnswerIsGiven()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = Options(cluster, maxReplicaLag: TimeSpan.FromSeconds(30)) with { ConfigureConsistency = o => o.CaptureTimeout = TimeSpan.FromMilliseconds(50) };
        options.Settings["Failover__Mode"] = "Observe";
        options.Settings["Routing__Consistency"] = "Bounded";
        options.Settings["Routing__Fallback"] = "Freshest";
        var service = await StartServiceAsync(options);
        await CreateRowsAsync(cluster, service);
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("the loss is seen", () => Task.FromResult(service.Database.Snapshot.Primary is null));
        using var browser = service.Browser(new CookieContainer());
        using var response = await browser.GetAsync(new Uri("/rows/1", UriKind.Relative), Cancelled).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode); // there is no such row
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Contains(service.Log.GetSnapshot(), l => l.Id.Id == 4002 && l.Level == LogLevel.Warning);
    }

    private static async Task<long> SessionsAsync(PostgresCluster cluster)
    {
        var count = 0L;
        foreach (var node in cluster.Nodes)
            count += await node.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{Name}'", Cancelled);
        return count;
    }
}
