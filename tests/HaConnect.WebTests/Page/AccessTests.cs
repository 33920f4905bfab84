using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace HaConnect.WebTests.Page;

/// <summary>Who gets the page, its stream and its actions, asked over HTTP.</summary>
public sealed class AccessTests
{
    private static readonly string[] s_reads = ["/ha", "/ha/events"];
    private static readonly string[] s_actions = ["/ha/switchover", "/ha/pause", "/ha/resume"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_ProductionWithoutAnything_IsRefusedAndSaysWhatToDo()
    {
        await using var application = await PageApplication.StartWithoutServersAsync(new() { Environment = "Production" });
        using var client = application.Client();
        foreach (var path in s_reads)
        {
            using var answer = await GetAsync(client, path);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.Contains("RequireAuthorization", text, StringComparison.Ordinal);
            Assert.Contains("AllowAnonymous", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Page_DeclaredPublicOrInDevelopment_IsShownWithItsPolicy()
    {
        foreach (var setup in new PageApplication.Setup[] { new(), new() { Environment = "Production", Page = p => p.AllowAnonymous() } })
        {
            await using var application = await PageApplication.StartWithoutServersAsync(setup);
            using var client = application.Client();
            foreach (var path in s_reads)
            {
                using var answer = await GetAsync(client, path);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            }

            using var page = await GetAsync(client, "/ha/");
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Page_RequireAuthorization_CoversPageStreamAndActions()
    {
        await using var application = await PageApplication.StartWithoutServersAsync(PageApplication.Setup.WithActions with { Environment = "Production", Page = p => p.RequireAuthorization() });
        using var nobody = application.Client();
        foreach (var path in s_reads)
            Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(nobody, path)).StatusCode);
        foreach (var path in s_actions)
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(nobody, path)).StatusCode);
        using var somebody = application.Client("alice");
        foreach (var path in s_reads)
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(somebody, path)).StatusCode);
        foreach (var path in s_actions)
            Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(somebody, path)).StatusCode);
    }

    [Theory]
    [InlineData(true, null, HttpStatusCode.Unauthorized)]
    [InlineData(true, "alice", HttpStatusCode.OK)]
    [InlineData(false, null, HttpStatusCode.Forbidden)] // the fallback policy is configured, but nothing applies it
    [InlineData(false, "alice", HttpStatusCode.OK)] // and is asked here all the same
    public async Task Page_FallbackPolicy_Counts(bool usesMiddleware, string? user, HttpStatusCode expected)
    {
        await using var application = await PageApplication.StartWithoutServersAsync(new()
        {
            Environment = "Production",
            HasUsers = true,
            UsesMiddleware = usesMiddleware,
            Authorization = o => o.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build(),
        });
        using var client = application.Client(user);
        foreach (var path in s_reads)
            Assert.Equal(expected, (await GetAsync(client, path)).StatusCode);
    }

    [Fact]
    public async Task Actions_NotTurnedOn_DoNotExist()
    {
        await using var application = await PageApplication.StartWithoutServersAsync();
        using var client = application.Client("dba");
        foreach (var path in s_actions)
            Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(client, path)).StatusCode);
    }

    [Fact]
    public async Task Actions_PublicPage_AreNotPublic()
    {
        await using var application = await PageApplication.StartWithoutServersAsync(PageApplication.Setup.WithActions with { Environment = "Production", Page = p => p.AllowAnonymous() });
        using var nobody = application.Client();
        using var alice = application.Client("alice");
        foreach (var path in s_actions)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(nobody, path)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(alice, path)).StatusCode);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await GetAsync(alice, path)).StatusCode);
        }
    }

    [Theory]
    [InlineData("http://evil.example", null, true)]
    [InlineData("http://evil.example", "cross-site", true)]
    [InlineData("http://evil.example", "same-origin", true)]
    [InlineData(null, null, true)]
    [InlineData("own", "cross-site", true)]
    [InlineData("own", "same-origin", false)] // without the header that a form cannot send
    public async Task Actions_FromAnotherSite_AreRefusedWhoeverIsSignedIn(string? origin, string? site, bool hasHeader)
    {
        await using var application = await PageApplication.StartWithoutServersAsync(PageApplication.Setup.WithActions);
        using var dba = application.Client("dba");
        foreach (var path in s_actions)
        {
            using var answer = await PostAsync(dba, path, origin, site, hasHeader);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.StartsWith("Refused: ", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Actions_OfTheRightUser_AreCarriedOutAndFailuresAreTold()
    {
        // The instance only observes: what the library says to that is what the page shows.
        await using var application = await PageApplication.StartWithoutServersAsync(PageApplication.Setup.WithActions);
        using var dba = application.Client("dba");
        foreach (var path in s_actions)
        {
            using var answer = await PostAsync(dba, path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("Failover.Mode is Observe", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }

        using var malformed = new HttpRequestMessage(HttpMethod.Post, "/ha/pause") { Content = new StringContent("{", null, "application/json") };
        malformed.Headers.Add("X-HaConnect-Action", "1");
        malformed.Headers.Add("Origin", dba.BaseAddress!.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.BadRequest, (await dba.SendAsync(malformed, Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Actions_PolicyThatDoesNotExist_IsOneClearError()
    {
        await using var application = await PageApplication.StartWithoutServersAsync(PageApplication.Setup.WithActions with { Options = o => o.AllowActions("operators") });
        using var dba = application.Client("dba");
        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(dba, "/ha/pause")).StatusCode);
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => PageApplication.StartWithoutServersAsync(new() { Options = o => o.AllowActions("operators") }));
        Assert.Contains("AddAuthorization", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ApplicationStops_EndsAtOnce()
    {
        var application = await PageApplication.StartWithoutServersAsync();
        using var client = application.Client();
        using var stream = await GetAsync(client, "/ha/events");
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancelled));
        Assert.Equal("retry: 1000", await reader.ReadLineAsync(Cancelled));
        var startedAt = TimeProvider.System.GetTimestamp();
        await application.DisposeAsync();
        Assert.Contains("event: stopping", await reader.ReadToEndAsync(Cancelled), StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(15), "a host waits 30 s for what does not end by itself");
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string path) => client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancelled);

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string? origin = "own", string? site = null, bool hasHeader = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { target = "n2", reason = "a test" }) };
        await request.Content.LoadIntoBufferAsync(Cancelled); // so that its length is known
        if (hasHeader)
            request.Headers.Add("X-HaConnect-Action", "1");
        if (origin is not null)
            request.Headers.Add("Origin", origin == "own" ? client.BaseAddress!.GetLeftPart(UriPartial.Authority) : origin);
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        return await client.SendAsync(request, Cancelled);
    }
}
