using System.Net;
using System.Net.Http.Json;

namespace HaConnect.WebTests.Samples;

public sealed class DapperApiTests : SampleTest
{
    private const int Clients = 4;
    private const int Each = 150;

    private sealed record Entry(Guid Id, string Account, decimal Amount);

    private sealed record Account(string Name, long Entries, decimal Balance);

    [Fact]
    public async Task Entries_PrimaryKilledUnderLoad_EveryRequestSucceedsAndNothingIsLost()
    {
        var cluster = await StartClusterAsync();
        var sample = StartSample("DapperApi", cluster, "--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = await sample.AddressAsync(Cancelled) };
        await UntilCoordinatedAsync(cluster);
        foreach (var node in cluster.Nodes) // a replica may be behind by what the bound allows: that much later it has the table, too
            await UntilAsync($"the table at {node.Name}", async () => await ReadAsync<bool>(cluster, node, "SELECT to_regclass('entries') IS NOT NULL"));

        var posted = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(c => Task.Run(
            async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    var entry = new Entry(Guid.NewGuid(), $"account {c}", 1.25m);
                    using var answer = await client.PostAsJsonAsync(new Uri("/entries", UriKind.Relative), entry, Cancelled);
                    Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancelled)}");
                    using var read = await client.GetAsync(answer.Headers.Location, Cancelled);
                    Assert.True(read.StatusCode == HttpStatusCode.OK, $"{read.StatusCode}: {await read.Content.ReadAsStringAsync(Cancelled)}");
                    if (Interlocked.Increment(ref posted) == Clients * Each / 3)
                        await cluster["n1"].KillAsync(Cancelled);
                }
            },
            Cancelled)));

        for (var c = 0; c < Clients; c++)
            Assert.Equal(new Account($"account {c}", Each, Each * 1.25m), await client.GetFromJsonAsync<Account>(new Uri($"/accounts/account {c}?now=true", UriKind.Relative), Cancelled));
        Assert.Equal(Clients * Each, await ReadAsync<long>(cluster, "SELECT count(*) FROM entries"));
        Assert.NotEqual("n1", (await cluster.GetPrimaryAsync(Cancelled)).Name);
        Assert.Empty(sample.Errors);
    }
}
