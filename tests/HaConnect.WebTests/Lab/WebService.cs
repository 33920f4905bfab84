using System.Net;
using System.Security.Claims;
using HaConnect.AspNetCore;
using HaConnect.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaConnect.WebTests.Lab;

/// <summary>A small application on a real Kestrel at a free port of the loopback address: rows are written and read, by itself or by another service.</summary>
internal sealed class WebService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebService(WebApplication app, FakeLogCollector log) => (_app, Log) = (app, log);

    internal Uri Address => new(_app.Urls.Single());

    internal FakeLogCollector Log { get; }

    internal HaDataSource Database => _app.Services.GetRequiredService<HaDataSource>();

    internal IServiceProvider Services => _app.Services;

    internal static async Task<WebService> StartAsync(WebServiceOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(Certificates.Loopback)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders().AddFilter("HaConnect", LogLevel.Debug).AddFakeLogging();
        builder.Services.AddHaDatabase(SectionOf(options));
        builder.Services.AddHealthChecks().AddHaDatabase(configure: options.ConfigureHealth);
        builder.Services.AddHaProblemDetails(o => o.RetryAfter = TimeSpan.FromSeconds(2));
        builder.Services.AddHaConsistency(options.ConfigureConsistency);
        builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(options.KeyFolder)).SetApplicationName("web-tests");
        builder.Services.AddHttpClient();
        if (options.Other is { } other)
        {
            builder.Services.AddHttpClient("other", c => c.BaseAddress = other).AddHaConsistency()
                .ConfigurePrimaryHttpMessageHandler(() => Certificates.Trusting(null));
        }

        var app = builder.Build();
        app.UseExceptionHandler();
        app.Use((context, next) =>
        {
            if (context.Request.Headers.TryGetValue("X-User", out var user))
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user.ToString())], "test"));
            return next(context);
        });
        app.UseHaConsistency();
        Map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WebService(app, app.Services.GetFakeLogCollector());
    }

    /// <summary>A browser: it keeps cookies as it is told to, where it has a place for them.</summary>
    internal HttpClient Browser(CookieContainer? cookies = null) => new(Certificates.Trusting(cookies)) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static IConfigurationSection SectionOf(WebServiceOptions options) => new ConfigurationBuilder().AddInMemoryCollection(
        ClusterOptions.CoordinateAsEnvironment(options.Cluster).Concat(options.Settings.Select(s => KeyValuePair.Create("HaDatabase__" + s.Key, s.Value)))
            .Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value)).GroupBy(s => s.Key, s => s.Value, StringComparer.Ordinal).Select(g => KeyValuePair.Create(g.Key, g.Last()))).Build().GetSection("HaDatabase");

    private static void Map(IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/live", new HealthCheckOptions { Predicate = check => !check.Tags.Contains("ready") });
        app.MapHealthChecks("/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = WriteReportAsync });
        app.MapGet("/nothing", () => "nothing");
        app.MapPost("/rows/{key:long}", (long key, string? way, HaDataSource db, CancellationToken ct) => Rows.WriteAsync(db, key, way, ct));
        app.MapGet("/rows/{key:long}", async (long key, HaDataSource db, CancellationToken ct) => await Rows.SeesAsync(db, key, ct) ? Results.Ok() : Results.NotFound());
        app.MapGet("/last", (HaDataSource db, CancellationToken ct) => Rows.LastAsync(db, ct));
        app.MapPost("/via/{key:long}", (long key, IHttpClientFactory clients, CancellationToken ct) => PassOnAsync(clients, HttpMethod.Post, key, ct));
        app.MapGet("/via/{key:long}", (long key, IHttpClientFactory clients, CancellationToken ct) => PassOnAsync(clients, HttpMethod.Get, key, ct));
        app.MapGet("/via-sync/{key:long}", (long key, IHttpClientFactory clients, CancellationToken ct) => PassOn(clients, key, ct));
    }

    private static async Task<IResult> PassOnAsync(IHttpClientFactory clients, HttpMethod method, long key, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient("other");
        using var request = new HttpRequestMessage(method, new Uri($"/rows/{key}", UriKind.Relative));
        using var response = await client.SendAsync(request, cancellationToken);
        return Results.StatusCode((int)response.StatusCode);
    }

    private static IResult PassOn(IHttpClientFactory clients, long key, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient("other");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/rows/{key}", UriKind.Relative));
        using var response = client.Send(request, cancellationToken);
        return Results.StatusCode((int)response.StatusCode);
    }

    private static Task WriteReportAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString(), e.Value.Description, e.Value.Data }, StringComparer.Ordinal),
    });
}
