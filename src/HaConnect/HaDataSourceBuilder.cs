using HaConnect.Audit;
using HaConnect.Discovery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Polly;
using Polly.Retry;

namespace HaConnect;

/// <summary>Builds a <see cref="HaDataSource"/> without dependency injection.</summary>
public sealed class HaDataSourceBuilder
{
    private readonly List<IAuditSink> _sinks = [];
    private Action<NpgsqlDataSourceBuilder>? _configure;
    private Action<ResiliencePipelineBuilder, RetryStrategyOptions>? _configureRetries;
    private ILoggerFactory _loggers = NullLoggerFactory.Instance;
    private TimeProvider _time = TimeProvider.System;
    private IReadBalancer? _balancer;

    /// <summary>Starts from a connection string with several hosts.</summary>
    /// <param name="connectionString">See <see cref="HaDatabaseOptions.ConnectionString"/>.</param>
    public HaDataSourceBuilder(string connectionString)
        : this(new HaDatabaseOptions { ConnectionString = connectionString })
    {
    }

    /// <summary>Starts from options.</summary>
    public HaDataSourceBuilder(HaDatabaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
    }

    /// <summary>The options; they may be changed until <see cref="Build"/>.</summary>
    public HaDatabaseOptions Options { get; }

    /// <summary>
    /// Configures the Npgsql data source of every node (type plugins, password providers, TLS), those of the library's own sessions
    /// included; <c>ConnectionStringBuilder</c> tells which user and application name it is for. A physical connection initializer set
    /// here is replaced by HaConnect's own.
    /// </summary>
    public HaDataSourceBuilder ConfigureDataSource(Action<NpgsqlDataSourceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configure += configure;
        return this;
    }

    /// <summary>
    /// Builds the Polly pipeline that every operation of the data source runs through (<c>ExecuteAsync</c>, <c>ExecuteInTransactionAsync</c>, <c>ReadAsync</c>, commands and batches), in
    /// place of the built-in one, which is <c>(pipeline, retry) =&gt; pipeline.AddRetry(retry)</c>. What is added before the retry strategy acts on the operation as a whole, what is added after
    /// it on each attempt; without one nothing is repeated, though opens wait all the same.
    /// </summary>
    /// <param name="configure">
    /// Gets an empty pipeline with this builder's clock, and HaConnect's retry strategy, in which number and delays may be changed. Its <c>ShouldHandle</c> tells what HaConnect would repeat.
    /// Whatever a strategy asks for, work is not run again where that could apply it twice (docs/concepts/retries.md): it gets the same exception, or the same result, once
    /// more. Strategies that run attempts at the same time fail with <see cref="InvalidOperationException"/>.
    /// </param>
    public HaDataSourceBuilder ConfigureRetries(Action<ResiliencePipelineBuilder, RetryStrategyOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configureRetries = configure;
        return this;
    }

    /// <summary>Where to log. Default: nowhere.</summary>
    public HaDataSourceBuilder UseLoggerFactory(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _loggers = loggerFactory;
        return this;
    }

    /// <summary>The one clock. Default <see cref="TimeProvider.System"/>.</summary>
    public HaDataSourceBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        _time = timeProvider;
        return this;
    }

    /// <summary>Chooses among replicas that all qualify for a read, in place of <see cref="RoutingOptions.Balancing"/>.</summary>
    public HaDataSourceBuilder UseReadBalancer(IReadBalancer balancer)
    {
        ArgumentNullException.ThrowIfNull(balancer);
        _balancer = balancer;
        return this;
    }

    /// <summary>Adds a receiver of audit records.</summary>
    public HaDataSourceBuilder AddAuditSink(IAuditSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sinks.Add(sink);
        return this;
    }

    /// <summary>
    /// Adds a way to find nodes beside the configured ones: <see cref="ListedHosts"/>, <see cref="DnsAddresses"/>, or one's own. With
    /// <see cref="FailoverMode.Observe"/> no node need be configured then. It is not disposed with the data source.
    /// </summary>
    public HaDataSourceBuilder AddDiscovery(INodeDiscovery discovery)
    {
        ArgumentNullException.ThrowIfNull(discovery);
        Options.Discovery.Sources.Add(discovery);
        return this;
    }

    /// <summary>Builds the data source; it starts watching the cluster at its first use.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is wrong; all are listed, each with its remedy.</exception>
    public HaDataSource Build() =>
        new(new HaRuntime(Options, new HaExtensions { ConfigureDataSource = _configure, ConfigureRetries = _configureRetries, AuditSinks = _sinks, Balancer = _balancer }, _loggers, _time));
}
