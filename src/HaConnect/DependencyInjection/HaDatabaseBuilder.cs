using HaConnect;
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

    private Action<IServiceProvider, ResiliencePipelineBuilder, RetryStrategyOptions>? _configureRetries;

    internal HaDatabaseBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services it was registered in.</summary>
    public IServiceCollection Services { get; }

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

    internal HaDataSource Build(IServiceProvider provider, string optionsName)
    {
        var builder = new HaDataSourceBuilder(provider.GetRequiredService<IOptionsMonitor<HaDatabaseOptions>>().Get(optionsName))
            .UseLoggerFactory(provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance)
            .UseTimeProvider(provider.GetService<TimeProvider>() ?? TimeProvider.System);
        foreach (var configure in _configure)
            builder.ConfigureDataSource(source => configure(provider, source));
        if (_configureRetries is { } retries)
            builder.ConfigureRetries((pipeline, retry) => retries(provider, pipeline, retry));
        foreach (var sink in provider.GetServices<IAuditSink>())
            builder.AddAuditSink(sink);
        return builder.Build();
    }
}
