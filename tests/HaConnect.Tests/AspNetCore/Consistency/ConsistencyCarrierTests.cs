using System.Security.Claims;
using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Consistency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace HaConnect.Tests.AspNetCore.Consistency;

public sealed class ConsistencyCarrierTests
{
    private static readonly CausalToken s_token = new(Given.SystemId, 3, 2, 0x5000028);

    private readonly FakeLogCollector _log = new();
    private readonly EphemeralDataProtectionProvider _keys = new();

    [Fact]
    public void Begin_NoToken_HasNone()
    {
        Assert.Null(Carrier().Begin(Request())!.Brought);
        Assert.Equal(0, _log.Count);
    }

    [Fact]
    public void Begin_CookieThatWasGiven_IsItsToken()
    {
        var carrier = Carrier();
        var answer = new DefaultHttpContext();
        carrier.Give(answer, byHeader: false, s_token);
        var cookie = answer.Response.Headers.SetCookie.ToString();
        Assert.Equal(s_token, carrier.Begin(Request(cookie: cookie[..cookie.IndexOf(';', StringComparison.Ordinal)]))!.Brought);
    }

    [Fact]
    public void Give_Cookie_IsShutOffFromScriptsAndOtherSitesAndShortLived()
    {
        var answer = new DefaultHttpContext();
        Carrier().Give(answer, byHeader: false, s_token);
        var attributes = answer.Response.Headers.SetCookie.ToString().Split("; ")[1..];
        Assert.Equal(["max-age=60", "path=/", "secure", "samesite=lax", "httponly"], attributes);
    }

    [Fact]
    public void Drop_Cookie_IsDeletedByWhatItWasGivenWith()
    {
        var answer = new DefaultHttpContext();
        Carrier().Drop(answer, byHeader: false);
        Assert.StartsWith("ha-consistency=; expires=Thu, 01 Jan 1970 00:00:00 GMT; ", answer.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("path=/; secure; samesite=lax; httponly", answer.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_HeaderAndCookie_TheHeaderIsHeeded()
    {
        var carrier = Carrier(o => o.HeaderFormat = HaTokenFormat.Plain);
        var request = carrier.Begin(Request(cookie: "ha-consistency=forged", header: s_token.ToString()))!;
        Assert.Equal(s_token, request.Brought);
        Assert.Equal(0, _log.Count);
    }

    [Theory]
    [InlineData("ha-consistency=forged", null)]
    [InlineData(null, "forged")]
    [InlineData(null, "")]
    public void Begin_ForgedToken_IsIgnoredWithALineAtDebug(string? cookie, string? header)
    {
        Assert.Null(Carrier().Begin(Request(cookie, header))!.Brought);
        var line = Assert.Single(_log.GetSnapshot());
        Assert.Equal((LogLevel.Debug, 4000), (line.Level, line.Id.Id));
        Assert.DoesNotContain("forged.", line.Message, StringComparison.Ordinal); // what came is not repeated
    }

    [Fact]
    public void Begin_HeaderTwice_IsIgnored()
    {
        var context = Request();
        context.Request.Headers["Ha-Consistency"] = new[] { "none", "none" };
        Assert.Null(Carrier().Begin(context)!.Brought);
        Assert.Contains("more than once", Assert.Single(_log.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    public void Begin_Anonymous_IsLeftOutByOption(bool includeAnonymous, bool isAuthenticated, bool takesPart)
    {
        var context = Request();
        if (isAuthenticated)
            context.User = new ClaimsPrincipal(new ClaimsIdentity("test"));
        Assert.Equal(takesPart, Carrier(o => o.IncludeAnonymous = includeAnonymous).Begin(context) is not null);
    }

    [Fact]
    public void Begin_OneCarrierTurnedOff_ItIsNotLookedAt()
    {
        Assert.Null(Carrier(o => o.UseCookie = false).Begin(Request(cookie: "ha-consistency=x")));
        Assert.Null(Carrier(o => o.UseHeader = false).Begin(Request(header: "forged"))!.Brought);
        Assert.Equal(0, _log.Count);
    }

    [Fact]
    public void Constructor_MaxAgeShorterThanTheBoundOfReads_SaysSo()
    {
        var e = Assert.Throws<OptionsValidationException>(() => Carrier(o => o.MaxAge = TimeSpan.FromSeconds(4)));
        Assert.Contains("MaxAge is 00:00:04, and Routing.MaxReplicaLag is 00:00:05", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ServiceKey_IsThatCluster() => Assert.Contains("stock", Carrier(o => o.ServiceKey = "stock").Database.ConnectionString, StringComparison.Ordinal);

    [Fact]
    public void UseHaConsistency_NotAdded_NamesWhatIsMissing()
    {
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        Assert.Contains("builder.Services.AddHaConsistency()", Assert.Throws<InvalidOperationException>(() => app.UseHaConsistency()).Message, StringComparison.Ordinal);
    }

    private static DefaultHttpContext Request(string? cookie = null, string? header = null)
    {
        var context = new DefaultHttpContext();
        if (cookie is not null)
            context.Request.Headers.Cookie = cookie;
        if (header is not null)
            context.Request.Headers["Ha-Consistency"] = header;
        return context;
    }

    private ConsistencyCarrier Carrier(Action<HaConsistencyOptions>? configure = null)
    {
        var options = new HaConsistencyOptions();
        configure?.Invoke(options);
        var services = new ServiceCollection();
        services.AddHaDatabase("Host=a,b;Username=u");
        services.AddKeyedHaDatabase("stock", "Host=stock;Username=u");
        return new ConsistencyCarrier(services.BuildServiceProvider(), Microsoft.Extensions.Options.Options.Create(options), _keys, new FakeLogger<ConsistencyCarrier>(_log));
    }
}
