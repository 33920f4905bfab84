using System.Net;
using HaConnect.AspNetCore;
using HaConnect.Testing;
using HaConnect.WebTests.Lab;

namespace HaConnect.WebTests.Consistency;

/// <summary>Browsers and two services, on standbys that replay late: with the token everything written is seen, without it most of it is not.</summary>
public sealed class ReadYourWritesTests : WebTest
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1.5);

    /// <summary>A writes through B; the browser then reads at A, and at B, and through A at B.</summary>
    [Theory]
    [InlineData(HaTokenFormat.Protected)]
    [InlineData(HaTokenFormat.Plain)]
    public async Task WriteThroughAnotherService_IsSeenInTheNextRequest(HaTokenFormat format)
    {
        var (cluster, front, _) = await StartPairAsync(o => o.HeaderFormat = format);
        await DelayAsync(cluster);
        using var browser = front.Browser(new CookieContainer());
        using var stranger = front.Browser();
        var missedWithout = 0;
        for (var key = 1; key <= 15; key++)
        {
            Assert.Equal(HttpStatusCode.OK, await SendAsync(browser, HttpMethod.Post, $"/via/{key}"));
            Assert.Equal(HttpStatusCode.OK, await SendAsync(browser, HttpMethod.Get, $"/rows/{key}"));
            Assert.Equal(HttpStatusCode.OK, await SendAsync(browser, HttpMethod.Get, $"/via/{key}"));
            Assert.Equal(HttpStatusCode.OK, await SendAsync(browser, HttpMethod.Get, $"/via-sync/{key}"));
            missedWithout += await SendAsync(stranger, HttpMethod.Get, $"/rows/{key}") == HttpStatusCode.NotFound ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"without cookies {missedWithout} of 15 were missed");
        Assert.True(missedWithout > 7, $"without cookies {missedWithout} of 15 were missed: the test shows little");
    }

    [Theory]
    [InlineData("execute", HaConsistencyGuarantee.MonotonicReads)]
    [InlineData("connection", HaConsistencyGuarantee.MonotonicReads)]
    [InlineData("execute", HaConsistencyGuarantee.ReadYourWrites)]
    [InlineData("connection", HaConsistencyGuarantee.ReadYourWrites)]
    public async Task Write_IsSeenInTheNextRequestHereAndThroughTheOtherService(string way, HaConsistencyGuarantee guarantee)
    {
        var (cluster, front, _) = await StartPairAsync(o => o.Guarantee = guarantee);
        await DelayAsync(cluster);
        using var browser = front.Browser(new CookieContainer());
        for (var key = 1; key <= 10; key++)
        {
            Assert.Equal(HttpStatusCode.OK, await SendAsync(browser, HttpMethod.Post, $"/rows/{key}?way={way}"));
            Assert.Equal(HttpStatusCode.OK, await SendAsync(browser, HttpMethod.Get, $"/rows/{key}"));
            Assert.Equal(HttpStatusCode.OK, await SendAsync(browser, HttpMethod.Get, $"/via/{key}"));
        }
    }

    [Fact]
    public async Task RequestThatOnlyReads_GivesATokenWhereReadsAreToBeMonotonic()
    {
        var (_, monotonic, own) = await StartPairAsync(null, o => o.Guarantee = HaConsistencyGuarantee.ReadYourWrites);
        Assert.True(await GivesCookieAsync(monotonic, HttpMethod.Get, "/rows/1"));
        Assert.False(await GivesCookieAsync(own, HttpMethod.Get, "/rows/1"));
        Assert.True(await GivesCookieAsync(own, HttpMethod.Post, "/rows/1"));
    }

    /// <summary>Somebody else writes, and one of two standbys is late: who only reads never sees less than before.</summary>
    [Fact]
    public async Task OneStandbyLate_ReadsOfABrowserNeverGoBack()
    {
        var (cluster, service, _) = await StartPairAsync();
        await cluster["n3"].SetReplayDelayAsync(Late, Cancelled);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                for (var key = 1L; !stop.IsCancellationRequested; key++)
                    await Rows.WriteAsync(service.Database, key, way: null, Cancelled);
            },
            Cancelled);
        using var browser = service.Browser(new CookieContainer());
        using var stranger = service.Browser();
        var (last, lastWithout, back) = (0L, 0L, 0);
        for (var i = 0; i < 200; i++)
        {
            var now = await LastAsync(browser);
            Assert.True(now >= last, $"request {i} shows {now} after {last}");
            last = now;
            var without = await LastAsync(stranger);
            back += without < lastWithout ? 1 : 0;
            lastWithout = without;
        }

        await stop.CancelAsync();
        await writing;
        TestContext.Current.TestOutputHelper?.WriteLine($"up to row {last}; without cookies {back} of 200 went back");
        Assert.True(back > 10, $"without cookies {back} of 200 went back: the test shows little");
    }

    [Fact]
    public async Task Cookie_IsShutOffFromScriptsAndOtherSites()
    {
        var (_, service, _) = await StartPairAsync();
        using var browser = service.Browser();
        using var response = await browser.PostAsync(new Uri("/rows/1", UriKind.Relative), null, Cancelled);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("ha-consistency=", cookie, StringComparison.Ordinal);
        Assert.EndsWith("; max-age=60; path=/; secure; samesite=lax; httponly", cookie, StringComparison.Ordinal);
        Assert.InRange(cookie.Length, 100, 400);
    }

    [Fact]
    public async Task AnonymousLeftOut_OnlyUsersHaveAToken()
    {
        var (_, service, _) = await StartPairAsync(o => o.IncludeAnonymous = false);
        Assert.False(await GivesCookieAsync(service, HttpMethod.Post, "/rows/1"));
        Assert.True(await GivesCookieAsync(service, HttpMethod.Post, "/rows/2", user: "alice"));
    }

    private async Task<(PostgresCluster Cluster, WebService Front, WebService Back)> StartPairAsync(Action<HaConsistencyOptions>? configure = null, Action<HaConsistencyOptions>? configureBack = null)
    {
        var cluster = await StartClusterAsync();
        var options = Options(cluster, maxReplicaLag: TimeSpan.FromSeconds(10));
        var back = await StartServiceAsync(options with { ConfigureConsistency = configureBack ?? configure });
        var front = await StartServiceAsync(options with { ConfigureConsistency = configure, Other = back.Address });
        await CreateRowsAsync(cluster, front, back);
        return (cluster, front, back);
    }

    private static async Task DelayAsync(PostgresCluster cluster)
    {
        foreach (var node in (string[])["n2", "n3"])
            await cluster[node].SetReplayDelayAsync(Late, Cancelled);
    }

    private static async Task<long> LastAsync(HttpClient client) => long.Parse(await client.GetStringAsync(new Uri("/last", UriKind.Relative), Cancelled), System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        using var response = await client.SendAsync(request, Cancelled);
        return response.StatusCode;
    }

    private static async Task<bool> GivesCookieAsync(WebService service, HttpMethod method, string path, string? user = null)
    {
        using var browser = service.Browser();
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (user is not null)
            request.Headers.Add("X-User", user);
        using var response = await browser.SendAsync(request, Cancelled);
        return response.Headers.Contains("Set-Cookie");
    }
}
