using HaConnect;
using HaConnect.Discovery;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What <c>AddHaDatabase</c> returns: adds to a registered cluster.</summary>
public sealed class HaDatabaseBuilder
{
    private readonly List<Action<IServiceProvider, NpgsqlDataSourceBuilder>> _configure = [];
    private readonly string _optionsName;
    private readonly object? _key;
    private Func<IServiceProvider, IReadBalancer>? _balancer;
    private Action<IServiceProvider, ResiliencePipelineBuilder, RetryStrategyOptions>? _configureRetries;

    internal HaDatabaseBuilder(IServiceCollection services, object? key, string optionsName) => (Services, _key, _optionsName) = (services, key, optionsName);

    /// <summary>The services it was registered in.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The key of its services; null where they have none.</summary>
    internal object? Key => _key;

    /// <inheritdoc cref="HaDataSourceBuilder.ConfigureDataSource"/>
    public HaDatabaseBuilder ConfigureDataSource(Action<IServiceProvider, NpgsqlDataSourceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configure.Add(configure);
        return this;
    }

    /// <inheritdoc cref="HaDataSourceBuilder.ConfigureRetries"/>
    public HaDatabaseBuilder ConfigureRetries(Action<IServiceProvider, ResiliencePipelineBuilder, RetryStrategyOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configureRetries = configure;
        return this;
    }

    /// <summary>
    /// Registers an <see cref="NpgsqlDataSource"/> (singleton, where none is registered; keyed as the cluster is) for libraries that insist on one: Npgsql's own multi-host data
    /// source over the configured nodes, which opens connections to the primary. With each change of the topology it forgets what it knew of the nodes, and when another node
    /// becomes the primary its idle connections are closed; a new physical connection is accepted only where it leads to the primary that this instance knows.
    /// </summary>
    /// <remarks>
    /// What only <see cref="HaDataSource"/> does, it cannot: wait while there is no primary (an open fails), route reads to replicas, repeat anything, abandon what hangs on
    /// a frozen server, hold new writes during a switchover, stay with one node in a TransactionScope, confirm a commit
    /// (<see cref="NpgsqlTransactionExtensions.CommitConfirmedAsync"/> does). While writes are refused for want of a majority it opens no new
    /// physical connection; one that is in use goes on. It has pools of its own. Standbys that are only discovered are not among its nodes. A physical connection
    /// initializer set by <see cref="ConfigureDataSource"/> is replaced.
    /// </remarks>
    public HaDatabaseBuilder AddNpgsqlCompatibility()
    {
        Services.TryAddKeyedSingleton(_key, (provider, key) => provider.GetRequiredKeyedService<HaDataSource>(key).Compatibility);
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
        if (_configureRetries is { } retries)
            builder.ConfigureRetries((pipeline, retry) => retries(provider, pipeline, retry));
        foreach (var sink in provider.GetServices<IAuditSink>())
            builder.AddAuditSink(sink);
        return builder.Build();
    }
}
