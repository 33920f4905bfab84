using HaConnect;
using HaConnect.AspNetCore;
using HaConnect.AspNetCore.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the health check of a cluster.</summary>
public static class HaDatabaseHealthChecksBuilderExtensions
{
    private const string DefaultName = "ha-database";
    private static readonly string[] s_defaultTags = ["ready"];

    /// <summary>
    /// Adds a check of the cluster that <c>AddHaDatabase</c> registered. Unhealthy while there is no primary that takes writes, or a probe loop does not turn; Degraded while no replica is
    /// fresh, the quorum is at risk, or a failover or switchover is under way. It is judged from <see cref="HaDataSource.Snapshot"/> and opens no connection. It says whether this instance is ready
    /// to serve, not whether it lives: a restart mends nothing of it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the check. Default <c>ha-database</c>.</param>
    /// <param name="failureStatus">What is reported instead of Unhealthy. Default Unhealthy.</param>
    /// <param name="tags">The tags to filter by. Default <c>ready</c> alone.</param>
    /// <param name="timeout">After what time the check is given up. Default none: it waits for nothing.</param>
    /// <param name="configure">Sets the limits.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A limit is out of its bounds.</exception>
    public static IHealthChecksBuilder AddHaDatabase(
        this IHealthChecksBuilder builder, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null, Action<HaDatabaseHealthOptions>? configure = null) =>
        Add(builder, provider => provider.GetRequiredService<HaDataSource>(), name ?? DefaultName, failureStatus, tags, timeout, configure);

    /// <inheritdoc cref="AddHaDatabase(IHealthChecksBuilder, string?, HealthStatus?, IEnumerable{string}?, TimeSpan?, Action{HaDatabaseHealthOptions}?)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="dataSource">Gives the data source, where it is not registered by <c>AddHaDatabase</c>.</param>
    /// <param name="name">The name of the check. Default <c>ha-database</c>.</param>
    /// <param name="failureStatus">What is reported instead of Unhealthy. Default Unhealthy.</param>
    /// <param name="tags">The tags to filter by. Default <c>ready</c> alone.</param>
    /// <param name="timeout">After what time the check is given up. Default none: it waits for nothing.</param>
    /// <param name="configure">Sets the limits.</param>
    public static IHealthChecksBuilder AddHaDatabase(
        this IHealthChecksBuilder builder, Func<IServiceProvider, HaDataSource> dataSource, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null, Action<HaDatabaseHealthOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return Add(builder, dataSource, name ?? DefaultName, failureStatus, tags, timeout, configure);
    }

    /// <inheritdoc cref="AddHaDatabase(IHealthChecksBuilder, string?, HealthStatus?, IEnumerable{string}?, TimeSpan?, Action{HaDatabaseHealthOptions}?)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="serviceKey">The key that <c>AddKeyedHaDatabase</c> was given.</param>
    /// <param name="name">The name of the check. Default <c>ha-database-</c> and the key.</param>
    /// <param name="failureStatus">What is reported instead of Unhealthy. Default Unhealthy.</param>
    /// <param name="tags">The tags to filter by. Default <c>ready</c> alone.</param>
    /// <param name="timeout">After what time the check is given up. Default none: it waits for nothing.</param>
    /// <param name="configure">Sets the limits.</param>
    public static IHealthChecksBuilder AddKeyedHaDatabase(
        this IHealthChecksBuilder builder, object serviceKey, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null, Action<HaDatabaseHealthOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return Add(builder, provider => provider.GetRequiredKeyedService<HaDataSource>(serviceKey), name ?? $"{DefaultName}-{serviceKey}", failureStatus, tags, timeout, configure);
    }

    private static IHealthChecksBuilder Add(
        IHealthChecksBuilder builder, Func<IServiceProvider, HaDataSource> dataSource, string name, HealthStatus? failureStatus, IEnumerable<string>? tags, TimeSpan? timeout, Action<HaDatabaseHealthOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new HaDatabaseHealthOptions();
        configure?.Invoke(options);
        options.ThrowIfInvalid();
        return builder.Add(new HealthCheckRegistration(name, provider => new HaDatabaseHealthCheck(dataSource(provider), options), failureStatus, tags ?? s_defaultTags, timeout));
    }
}
