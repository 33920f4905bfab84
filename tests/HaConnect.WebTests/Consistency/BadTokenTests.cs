using System.Net;
using HaConnect.AspNetCore.Consistency;
using HaConnect.Testing;
using HaConnect.WebTests.Lab;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HaConnect.WebTests.Consistency;

/// <summary>Whatever a client sends, its requests are served; and a loss is told once.</summary>
public sealed class BadTokenTests : WebTest
{
    [Fact]
    public async Task ForgedToken_IsIgnoredHoweverItIsMade()
    {
        var cluster = await StartClusterAsync();
        var service = await StartServiceAsync(Options(cluster));
        await CreateRowsAsync(cluster, service);
        using var client = service.Browser();
        using var written = await client.PostAsync(new Uri("/rows/1", UriKind.Relative), null, Cancelled);
        var good = written.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2)[1];
        var own = await service.Database.CaptureTokenAsync(Cancelled);
        var tokens = new TokenText(service.Services.GetRequiredService<IDataProtectionProvider>(), TimeSpan.FromMinutes(1), TimeProvider.System);
        var strangers = new TokenText(new EphemeralDataProtectionProvider(), TimeSpan.FromMinutes(1), TimeProvider.System);
        string[] bad =
        [
            .. Enumerable.Range(0, good.Length).Where(i => i % 7 == 0).Select(i => good[..i] + (good[i] == 'x' ? 'y' : 'x') + good[(i + 1)..]), // anywhere
            good[1..], good[..^1], good[..20], good + "A", good + good, good.ToUpperInvariant(), good + "==",
            "", "x", "none", "lost", "null", "%00%ff", "../../etc/passwd", "';DROP TABLE rows", new string('A', 512), new string('A', 6000),
            own.ToString(), // known, but not protected
            new CausalToken(own.SystemIdentifier, long.MaxValue, int.MaxValue, ulong.MaxValue).ToString(), // a read under it would wait
            strangers.Protect(own), // of another key ring
            tokens.Protect(new CausalToken(own.SystemIdentifier + 1, own.Term, own.Timeline, own.Lsn)), // protected, but another cluster's
        ];
        foreach (var text in bad)
        {
            foreach (var (name, value) in ((string, string)[])[("Cookie", $"ha-consistency={text}"), ("Ha-Consistency", text)])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/rows/1", UriKind.Relative));
                request.Headers.TryAddWithoutValidation(name, value);
                using var response = await client.SendAsync(request, Cancelled).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancelled);
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{name}: {value} is answered with {response.StatusCode}");
            }
        }

        var ignored = service.Log.GetSnapshot().Where(l => l.Id.Id == 4000).ToList();
        Assert.All(ignored, l => Assert.Equal(LogLevel.Debug, l.Level));
        TestContext.Current.TestOutputHelper?.WriteLine($"{2 * bad.Length} requests; " + string.Join("; ", ignored.GroupBy(l => l.Message, StringComparer.Ordinal).Select(g => $"{g.Count()} × {g.Key}")));
        Assert.True(ignored.Count > bad.Length, $"{ignored.Count} of {2 * bad.Length} are told at Debug level");
        Assert.DoesNotContain(service.Log.GetSnapshot(), l => l.Level >= LogLevel.Warning && l.Category!.StartsWith("HaConnect.AspNetCore", StringComparison.Ordinal));
    }

    /// <summary>With asynchronous replication: the write is gone, the client is told so once, and its next requests are served.</summary>
    [Fact]
    public async Task TokenOfALostWrite_FailsOneRequestAndIsDropped()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = Options(cluster);
        options.Settings["Failover__RequiredSynchronousStandbys"] = "0";
        var back = await StartServiceAsync(options);
        var front = await StartServiceAsync(options with { Other = back.Address });
        await CreateRowsAsync(cluster, front, back);
        var cookies = new CookieContainer();
        using var browser = front.Browser(cookies);
        await UntilAsync("term 1", () => Task.FromResult(front.Database.Snapshot is { Term: 1, Primary: not null }));
        foreach (var node in (string[])["n2", "n3"])
            await cluster[node].BlockReplicationAsync(Cancelled);
        using (var written = await browser.PostAsync(new Uri("/rows/7", UriKind.Relative), null, Cancelled))
            Assert.Equal(HttpStatusCode.OK, written.StatusCode);
        var lost = Assert.Single(cookies.GetCookies(front.Address)).Value;
        await cluster["n1"].KillAsync(Cancelled);
        foreach (var service in (WebService[])[front, back])
            await UntilAsync("a successor", () => Task.FromResult(service.Database.Snapshot is { Term: 2, Primary: not null }), TimeSpan.FromSeconds(60));

        using (var told = await browser.GetAsync(new Uri("/rows/7", UriKind.Relative), Cancelled))
        {
            Assert.Equal(HttpStatusCode.Conflict, told.StatusCode);
            Assert.Contains("urn:haconnect:problem:causal-token-lost", await told.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }

        Assert.Empty(cookies.GetCookies(front.Address)); // the browser has dropped it
        Assert.Contains(front.Log.GetSnapshot(), l => l.Id.Id == 4001 && l.Level == LogLevel.Warning);
        using (var next = await browser.GetAsync(new Uri("/rows/7", UriKind.Relative), Cancelled))
            Assert.Equal(HttpStatusCode.NotFound, next.StatusCode);

        // Through a service that reads nothing itself it is dropped, too.
        cookies.Add(front.Address, new Cookie("ha-consistency", lost));
        using (var passed = await browser.GetAsync(new Uri("/via/7", UriKind.Relative), Cancelled))
            Assert.Equal(HttpStatusCode.Conflict, passed.StatusCode);
        Assert.Empty(cookies.GetCookies(front.Address));
        Assert.Contains(front.Log.GetSnapshot(), l => l.Id.Id == 4004);
    }
}
