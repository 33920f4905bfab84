using System.Data.Common;
using HaConnect.Discovery;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace HaConnect.Tests.DependencyInjection;

public sealed class HaDatabaseServiceCollectionExtensionsTests
{
    private const string Hosts = "Host=db1,db2,db3;Username=app;Password=secret";

    [Fact]
    public async Task AddHaDatabase_DataSources_AreOneSingleton()
    {
        var services = new ServiceCollection();
        services.AddHaDatabase(Hosts);
        await using var provider = services.BuildServiceProvider(validateScopes: true);

        var source = provider.GetRequiredService<HaDataSource>();

        Assert.Same(source, provider.GetRequiredService<DbDataSource>());
        Assert.Equal(["db1:5432", "db2:5432", "db3:5432"], source.Snapshot.Nodes.Select(n => n.Name));
        Assert.DoesNotContain("secret", source.ConnectionString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(HaDataSource), ServiceLifetime.Singleton)]
    [InlineData(typeof(DbDataSource), ServiceLifetime.Singleton)]
    [InlineData(typeof(NpgsqlConnection), ServiceLifetime.Transient)]
    [InlineData(typeof(DbConnection), ServiceLifetime.Transient)]
    public void AddHaDatabase_EachService_HasItsLifetime(Type service, ServiceLifetime lifetime)
    {
        var services = new ServiceCollection();
        services.AddHaDatabase(Hosts);
        Assert.Equal(lifetime, Assert.Single(services, d => d.ServiceType == service).Lifetime);
    }

    [Fact]
    public async Task AddKeyedHaDatabase_TwoClusters_AreKeptApart()
    {
        var services = new ServiceCollection();
        services.AddKeyedHaDatabase("a", "Host=a1,a2");
        services.AddKeyedHaDatabase("b", o => o.ConnectionString = "Host=b1,b2");
        await using var provider = services.BuildServiceProvider();

        Assert.Equal("a1", provider.GetRequiredKeyedService<HaDataSource>("a").Snapshot.Nodes[0].Host);
        Assert.Equal("b1", provider.GetRequiredKeyedService<HaDataSource>("b").Snapshot.Nodes[0].Host);
        Assert.Same(provider.GetRequiredKeyedService<HaDataSource>("b"), provider.GetRequiredKeyedService<DbDataSource>("b"));
        Assert.Null(provider.GetService<HaDataSource>());
        Assert.Equal(2, provider.GetServices<IHostedService>().Count());
    }

    [Fact]
    public async Task AddDiscovery_OfEachRegistration_IsItsOwn()
    {
        var services = new ServiceCollection();
        services.AddSingleton(new ListedHosts("db4"));
        services.AddHaDatabase("Username=app").AddDiscovery(provider => provider.GetRequiredService<ListedHosts>());
        services.AddKeyedHaDatabase("b", "Host=b1").AddDiscovery(new ListedHosts("b2")).AddDiscovery(new ListedHosts("b3"));
        await using var provider = services.BuildServiceProvider();
        var monitor = provider.GetRequiredService<IOptionsMonitor<HaDatabaseOptions>>();
        Assert.Equal("the listed hosts db4", string.Join(", ", monitor.Get(Microsoft.Extensions.Options.Options.DefaultName).Discovery.Sources));
        Assert.Equal("the listed hosts b2, the listed hosts b3", string.Join(", ", monitor.Get("HaConnect:b").Discovery.Sources));
        Assert.Empty(provider.GetRequiredService<HaDataSource>().Snapshot.Nodes); // nothing is asked before its first use
    }

    [Fact]
    public async Task StartAsync_DbDataSourceRegisteredBefore_IsReported()
    {
        await using var other = NpgsqlDataSource.Create("Host=elsewhere");
        var services = new ServiceCollection();
        services.AddSingleton<DbDataSource>(other);
        services.AddHaDatabase(Hosts);
        await using var provider = services.BuildServiceProvider();

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => provider.GetServices<IHostedService>().Single().StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("AddKeyedHaDatabase", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_WrongOptions_FailsAtStartWithAllErrors()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHaDatabase(o =>
        {
            o.ConnectionString = "Username=app";
            o.ClusterName = "no good";
        });
        using var host = builder.Build();

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(2, e.Failures.Count());
    }

    [Fact]
    public async Task AddKeyedHaDatabase_WrongOptions_FailsAtStart()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKeyedHaDatabase("a", new ConfigurationBuilder().Build());
        using var host = builder.Build();
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task CreateConnection_WithoutPrimary_SaysSoAtOnceAndIsTransient()
    {
        // Port 1 of this machine refuses at once; nothing leaves it.
        var services = new ServiceCollection();
        services.AddHaDatabase("Host=127.0.0.1;Port=1;Username=app");
        await using var provider = services.BuildServiceProvider();
        var e = Assert.Throws<NoPrimaryException>(provider.GetRequiredService<NpgsqlConnection>);
        Assert.True(e.IsTransient);
        Assert.Contains("127.0.0.1:1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddHaDatabase_NullArguments_AreNamed()
    {
        Assert.Throws<ArgumentNullException>("services", () => HaDatabaseServiceCollectionExtensions.AddHaDatabase(null!, Hosts));
        Assert.Throws<ArgumentNullException>("serviceKey", () => new ServiceCollection().AddKeyedHaDatabase(null!, Hosts));
        Assert.Throws<ArgumentNullException>("configure", () => new ServiceCollection().AddHaDatabase(Hosts).ConfigureDataSource(null!));
    }
}
