using HaConnect;
using HaConnect.Discovery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What <c>AddHaDatabase</c> returns: adds to a registered cluster.</summary>
public sealed class HaDatabaseBuilder
{
    private readonly List<Action<IServiceProvider, NpgsqlDataSourceBuilder>> _configure = [];
    private Func<IServiceProvider, IReadBalancer>? _balancer;

    private readonly string _optionsName;

    internal HaDatabaseBuilder(IServiceCollection services, string optionsName) => (Services, _optionsName) = (services, optionsName);

    /// <summary>The services it was registered in.</summary>
    public IServiceCollection Services { get; }

    /// <inheritdoc cref="HaDataSourceBuilder.ConfigureDataSource"/>
    public HaDatabaseBuilder ConfigureDataSource(Action<IServiceProvider, NpgsqlDataSourceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configure.Add(configure);
        return this;
    }

    /// <inheritdoc cref="HaDataSourceBuilder.UseReadBalancer"/>
    public HaDatabaseBuilder UseReadBalancer(Func<IServiceProvider, IReadBalancer> balancer)
    {
        ArgumentNullException.ThrowIfNull(balancer);
        _balancer = balancer;
        return this;
    }

    /// <inheritdoc cref="HaDataSourceBuilder.AddDiscovery"/>
    public HaDatabaseBuilder AddDiscovery(INodeDiscovery discovery)
    {
        ArgumentNullException.ThrowIfNull(discovery);
        return AddDiscovery(_ => discovery);
    }

    /// <inheritdoc cref="HaDataSourceBuilder.AddDiscovery"/>
    /// <param name="create">Makes it, where it needs services; called whenever the options are made.</param>
    public HaDatabaseBuilder AddDiscovery(Func<IServiceProvider, INodeDiscovery> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Services.AddOptions<HaDatabaseOptions>(_optionsName).Configure<IServiceProvider>((options, provider) => options.Discovery.Sources.Add(create(provider)));
        return this;
    }

    internal HaDataSource Build(IServiceProvider provider)
    {
        var builder = new HaDataSourceBuilder(provider.GetRequiredService<IOptionsMonitor<HaDatabaseOptions>>().Get(_optionsName))
            .UseLoggerFactory(provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance)
            .UseTimeProvider(provider.GetService<TimeProvider>() ?? TimeProvider.System);
        foreach (var configure in _configure)
            builder.ConfigureDataSource(source => configure(provider, source));
        if (_balancer is not null)
            builder.UseReadBalancer(_balancer(provider));
        foreach (var sink in provider.GetServices<IAuditSink>())
            builder.AddAuditSink(sink);
        return builder.Build();
    }
}
