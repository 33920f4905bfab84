using System.Collections.Concurrent;
using System.Globalization;
using HaConnect.Testing;
using HaConnect.WebTests.Page.Browser;
using Npgsql;

namespace HaConnect.WebTests.Samples;

public sealed class WebShopTests : SampleTest
{
    private const int Shoppers = 4;
    private const int AtLeast = 30;

    /// <summary>What there are 20 of, and which is asked for more often.</summary>
    private const int Rare = 6;

    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("haconnect-keys-");

    /// <summary>Two instances sell, to clients under load and to a browser, while the primary is switched over, the former one is brought back, and the new one is killed.</summary>
    [Fact]
    public async Task Orders_SwitchoverAndPrimaryKilledUnderLoad_NoRequestFailsAndEachIsSoldOnce()
    {
        var cluster = await StartClusterAsync();
        string[] arguments = ["--urls", "http://127.0.0.1:0", "--KeyFolder", _keys.FullName, "--environment", "Development"];
        SampleProcess[] samples = [StartSample("WebShop", cluster, arguments), StartSample("WebShop", cluster, arguments)];
        var instances = await Task.WhenAll(samples.Select(s => s.AddressAsync(Cancelled)));
        await UntilCoordinatedAsync(cluster);
        await using var browser = await OpenPage.OpenAsync(instances[0]);
        await browser.SaveAsync("webshop-1-catalogue");

        var (orders, requests, attempts, refused) = (new ConcurrentDictionary<Guid, int[]>(), 0, 0, 0);
        using var enough = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, Shoppers).Select(s => Task.Run(() => ShopAsync(s), Cancelled)));
        await UntilSoldAsync(40);
        await SwitchoverAsync(cluster, "n2");
        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        await UntilSoldAsync(orders.Count + 40);
        var (browsers, waited) = await OrderInBrowserAsync(browser, cluster["n2"]);
        await UntilSoldAsync(orders.Count + 40);
        await enough.CancelAsync();
        await load;

        var primary = await cluster.GetPrimaryAsync(Cancelled);
        Assert.NotEqual("n2", primary.Name);
        Assert.True(orders.TryAdd(browsers, [1, 3]));
        Assert.Equal(orders.ToDictionary(o => o.Key, o => Lines(o.Value)), await PlacedAsync(cluster));
        Assert.Equal(0, await ReadAsync<long>(cluster, """
            SELECT count(*) FROM "Products" p JOIN (VALUES (1, 5000), (2, 3000), (3, 4000), (4, 2000), (5, 2500), (6, 20)) first (id, stock) ON first.id = p."Id"
            WHERE p."Stock" <> first.stock - (SELECT coalesce(sum("Quantity"), 0) FROM "OrderLines" WHERE "ProductId" = p."Id")
            """));
        Assert.Equal((0, 20L), (await ReadAsync<int>(cluster, $"""SELECT "Stock" FROM "Products" WHERE "Id" = {Rare}"""), await ReadAsync<long>(cluster, $"""SELECT sum("Quantity") FROM "OrderLines" WHERE "ProductId" = {Rare}""")));
        Assert.Equal(attempts + 1, orders.Count + refused);
        var askedAt = await ReadAsync<DateTime>(cluster, $"""SELECT "PlacedAt" FROM "Orders" WHERE "Id" = '{browsers}'""");
        var early = await primary.ScalarAsync<long>(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT (1000 * extract(epoch FROM min(established_at) - timestamptz '{askedAt:O}'))::bigint FROM haconnect.term WHERE term > (SELECT max(term) FROM haconnect.term WHERE primary_node = 'n2')
            """), Cancelled);
        Assert.Empty(browser.Complaints);
        Assert.All(samples, s => Assert.True(s.IsRunning));
        Assert.All(samples, s => Assert.Empty(s.Errors));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{requests} requests, none failed; {orders.Count} orders, {refused} refused for what was sold out; primary n1, n2, {primary.Name}; the browser's order came in {early} ms before there was a primary, and was answered {waited.TotalSeconds:0.00} s after the kill"));

        async Task ShopAsync(int number)
        {
            using var shopper = new Shopper(instances, Cancelled);
            for (var i = 0; i < AtLeast || !enough.IsCancellationRequested; i++)
            {
                Interlocked.Increment(ref attempts);
                int[] products = i % 4 == number ? [Rare, 1 + i % 5] : [1 + i % 5, 1 + i % 5, 1 + (i + number) % 5];
                if (await shopper.OrderAsync(products, sendsTwice: i % 5 == 0) is { } id)
                    Assert.True(orders.TryAdd(id, products));
                else
                    Interlocked.Increment(ref refused);
            }

            Interlocked.Add(ref requests, shopper.Requests);
        }

        Task UntilSoldAsync(int count) => UntilAsync($"{count} orders", () => load.IsFaulted ? throw load.Exception : Task.FromResult(orders.Count >= count), TimeSpan.FromSeconds(120));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    /// <summary>A program of the operator's that asks, and ends.</summary>
    private static async Task SwitchoverAsync(PostgresCluster cluster, string target)
    {
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        var result = await db.Cluster.SwitchoverAsync(target, cancellationToken: Cancelled);
        Assert.True(result.Succeeded, result.Reason);
    }

    /// <summary>By the page's own buttons; the last one is pressed when the primary is dead.</summary>
    private static async Task<(Guid Id, TimeSpan Waited)> OrderInBrowserAsync(OpenPage browser, PostgresNode primary)
    {
        foreach (var product in new[] { 1, 3 })
        {
            await Task.WhenAll(browser.Page.WaitForNavigationAsync(), browser.Page.ClickAsync($"[data-product='{product}'] button"));
            Assert.Equal("/", await browser.AskAsync<string>("location.pathname"));
        }

        await Task.WhenAll(browser.Page.WaitForNavigationAsync(), browser.Page.ClickAsync("a[href='/basket']"));
        await browser.SaveAsync("webshop-2-basket");
        var id = Guid.Parse(await browser.AskAsync<string>("document.querySelector('[name=id]').value"));
        await primary.KillAsync(Cancelled);
        var killedAt = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(browser.Page.WaitForNavigationAsync(), browser.Page.ClickAsync("#order"));
        var waited = TimeProvider.System.GetElapsedTime(killedAt);
        Assert.Equal($"/orders?placed={id}", await browser.AskAsync<string>("location.pathname + location.search"));
        Assert.Equal("Thank you. Your order is placed.", await browser.TextAsync("[role=status]"));
        Assert.Equal($"{id}", await browser.AskAsync<string>("document.querySelector('[data-order]').dataset.order"));
        await browser.SaveAsync("webshop-3-ordered-while-the-primary-was-dead");
        return (id, waited);
    }

    private static string Lines(IEnumerable<int> products) => string.Join(',', products.GroupBy(p => p).OrderBy(g => g.Key).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key}x{g.Count()}")));

    /// <summary>All orders with their lines, of the primary.</summary>
    private static async Task<Dictionary<Guid, string>> PlacedAsync(PostgresCluster cluster)
    {
        await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(await cluster.GetPrimaryAsync(Cancelled)));
        await connection.OpenAsync(Cancelled);
        await using var select = new NpgsqlCommand("""SELECT o."Id", string_agg(l."ProductId" || 'x' || l."Quantity", ',' ORDER BY l."ProductId") FROM "Orders" o LEFT JOIN "OrderLines" l ON l."OrderId" = o."Id" GROUP BY o."Id" """, connection);
        await using var rows = await select.ExecuteReaderAsync(Cancelled);
        var placed = new Dictionary<Guid, string>();
        while (await rows.ReadAsync(Cancelled))
            placed.Add(rows.GetGuid(0), rows.GetString(1));
        return placed;
    }
}
