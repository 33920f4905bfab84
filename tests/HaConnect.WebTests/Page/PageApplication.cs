using HaConnect.AspNetCore;
using HaConnect.ClusterTests;
using HaConnect.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HaConnect.WebTests.Page;

/// <summary>A web application with the page, on loopback.</summary>
internal sealed class PageApplication : IAsyncDisposable
{
    private readonly WebApplication _application;

    private PageApplication(WebApplication application) => _application = application;

    internal HaDataSource Database => _application.Services.GetRequiredService<HaDataSource>();

    internal Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    internal Uri Page => new(Address, "/ha");

    /// <summary>Of a real cluster, as an application that coordinates.</summary>
    internal static Task<PageApplication> StartAsync(PostgresCluster cluster, Setup? setup = null) =>
        StartAsync(ClusterOptions.CoordinateAsEnvironment(cluster).ToDictionary(v => v.Key.Replace("__", ":", StringComparison.Ordinal), v => (string?)v.Value, StringComparer.Ordinal), setup);

    /// <summary>Of nodes at which nobody listens, as an application that observes.</summary>
    internal static Task<PageApplication> StartWithoutServersAsync(Setup? setup = null, params string[] names)
    {
        var configuration = new Dictionary<string, string?>(StringComparer.Ordinal) { ["HaDatabase:ConnectionString"] = "Username=app;Password=a secret;Database=app" };
        for (var i = 0; i < Math.Max(1, names.Length); i++)
        {
            configuration[$"HaDatabase:Nodes:{i}:Name"] = i < names.Length ? names[i] : "n1";
            configuration[$"HaDatabase:Nodes:{i}:Host"] = "127.0.0.1";
            configuration[$"HaDatabase:Nodes:{i}:Port"] = $"{i + 1}"; // ports of which nobody makes use
        }

        return StartAsync(configuration, setup);
    }

    internal HttpClient Client(string? user = null)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(100) };
        if (user is not null)
            client.DefaultRequestHeaders.Add(TestUsers.Header, user);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task<PageApplication> StartAsync(Dictionary<string, string?> configuration, Setup? setup)
    {
        setup ??= new Setup();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = setup.Environment, ApplicationName = "shop" });
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{setup.Port}");
        builder.Services.AddRoutingCore();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddHaDatabase(builder.Configuration.GetSection("HaDatabase"));
        if (setup.HasUsers)
        {
            builder.Services.AddAuthentication(TestUsers.Scheme_).AddScheme<AuthenticationSchemeOptions, TestUsers>(TestUsers.Scheme_, null);
            builder.Services.AddAuthorization(setup.Authorization);
        }

        var application = builder.Build();
        application.UseRouting();
        if (setup.HasUsers && setup.UsesMiddleware)
            application.UseAuthentication().UseAuthorization();
        else if (setup.HasUsers)
            ((IApplicationBuilder)application).Properties["__AuthorizationMiddlewareSet"] = true; // else the application adds it by itself
        setup.Page(application.MapHaTopology("/ha", setup.Options));
        await application.StartAsync();
        return new PageApplication(application);
    }

    /// <summary>What differs from one test to the other.</summary>
    internal sealed record Setup
    {
        internal string Environment { get; init; } = "Development";
        internal int Port { get; init; }
        internal bool HasUsers { get; init; }
        internal bool UsesMiddleware { get; init; } = true;
        internal Action<Microsoft.AspNetCore.Authorization.AuthorizationOptions> Authorization { get; init; } = static _ => { };
        internal Action<HaTopologyOptions> Options { get; init; } = static _ => { };
        internal Action<IEndpointConventionBuilder> Page { get; init; } = static _ => { };

        internal static Setup WithActions { get; } = new() { HasUsers = true, Options = o => o.AllowActions(p => p.RequireRole("dba")) };
    }
}
