using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace HaConnect.WebTests.Samples;

/// <summary>The sample as a newcomer runs it.</summary>
public sealed class MinimalApiTests : SampleTest
{
    private sealed record Order(Guid Id, string Item, int Quantity);

    [Fact]
    public async Task Orders_PrimaryKilled_EveryRequestSucceeds()
    {
        var cluster = await StartClusterAsync();
        var sample = StartSample("MinimalApi", cluster, "--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = await sample.AddressAsync(Cancelled) };
        await UntilAsync("term 1", async () => (await ClusterAsync(client)).GetProperty("term") is { ValueKind: JsonValueKind.Number });
        await PostAndReadAsync(client, "before");

        await cluster["n1"].KillAsync(Cancelled);
        for (var i = 0; i < 20; i++)
            await PostAndReadAsync(client, $"after {i}");

        var after = await ClusterAsync(client);
        Assert.NotEqual("n1", after.GetProperty("primary").GetString(), StringComparer.Ordinal);
        Assert.Equal(2, after.GetProperty("term").GetInt64());
        Assert.Equal(3, after.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Orders_UnknownId_IsNotFound()
    {
        var cluster = await StartClusterAsync();
        var sample = StartSample("MinimalApi", cluster, "--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = await sample.AddressAsync(Cancelled) };

        using var response = await client.GetAsync(new Uri($"/orders/{Guid.NewGuid()}", UriKind.Relative), Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task PostAndReadAsync(HttpClient client, string item)
    {
        var order = new Order(Guid.NewGuid(), item, 3);
        using var posted = await client.PostAsJsonAsync(new Uri("/orders", UriKind.Relative), order, Cancelled);
        Assert.Equal(HttpStatusCode.Created, posted.StatusCode);

        // A repeated request, as a client sends it that has not heard the answer, changes nothing.
        using var repeated = await client.PostAsJsonAsync(new Uri("/orders", UriKind.Relative), order with { Quantity = 99 }, Cancelled);
        Assert.Equal(HttpStatusCode.Created, repeated.StatusCode);

        Assert.Equal(order, await client.GetFromJsonAsync<Order>(posted.Headers.Location, Cancelled));
    }

    private static async Task<JsonElement> ClusterAsync(HttpClient client) => await client.GetFromJsonAsync<JsonElement>(new Uri("/cluster", UriKind.Relative), Cancelled);
}
