using System.Net;
using System.Text.Json;
using HaConnect.WebTests.Lab;

namespace HaConnect.WebTests.Problems;

public sealed class OutcomeTests : WebTest
{
    /// <summary>The primary is killed while a commit waits for its standbys: whether it was applied, nobody can tell.</summary>
    [Fact]
    public async Task CommitLostWithThePrimary_IsAnsweredAsUnknownAndNotAsToBeRepeated()
    {
        var cluster = await StartClusterAsync();
        var options = Options(cluster);
        options.Settings["Failover__Mode"] = "Observe";
        options.Settings["Connections__WaitTimeout"] = "00:00:02";
        var service = await StartServiceAsync(options);
        await CreateRowsAsync(cluster, service);
        foreach (var node in (string[])["n2", "n3"])
            await cluster[node].BlockReplicationAsync(Cancelled);
        using var client = service.Browser();
        var writing = client.PostAsync(new Uri("/rows/1", UriKind.Relative), null, Cancelled);
        await UntilAsync("the commit waits", async () => await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", Cancelled) > 0);
        await cluster["n1"].KillAsync(Cancelled);

        using var answer = await writing;
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancelled)).RootElement;
        Assert.Equal((HttpStatusCode.InternalServerError, null), (answer.StatusCode, answer.Headers.RetryAfter));
        Assert.Equal("urn:haconnect:problem:commit-outcome-unknown", body.GetProperty("type").GetString());
        Assert.False(body.GetProperty("mayRepeat").GetBoolean());
    }
}
