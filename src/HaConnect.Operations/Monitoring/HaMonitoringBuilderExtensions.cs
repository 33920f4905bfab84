using HaConnect.Operations;
using HaConnect.Operations.Monitoring;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the figures of a cluster's servers to the metrics.</summary>
public static class HaMonitoringBuilderExtensions
{
    /// <summary>
    /// Reads of each node by SQL, as the control user where there is one, what an alert on a server goes by, while the host runs: WAL archiving, the WAL that slots keep, connections, the
    /// oldest transaction, the sizes of databases. docs/operations/monitoring.md lists the metrics, of the meter <c>HaConnect.Operations</c>. One or two processes of a cluster are enough.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Sets the intervals; null for the defaults.</param>
    /// <exception cref="ArgumentException">An interval is out of its bounds.</exception>
    public static HaDatabaseBuilder AddServerMetrics(this HaDatabaseBuilder builder, Action<ServerMetricsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new ServerMetricsOptions();
        configure?.Invoke(options);
        ServerMetricsOptions.Validate(options);
        builder.Services.AddSingleton<IHostedService>(provider => new ServerMetricsService(provider, builder.Key, options));
        return builder;
    }
}
