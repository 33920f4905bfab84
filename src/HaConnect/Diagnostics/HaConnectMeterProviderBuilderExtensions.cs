using HaConnect.Diagnostics;

namespace OpenTelemetry.Metrics;

/// <summary>Adds HaConnect's metrics to OpenTelemetry.</summary>
public static class HaConnectMeterProviderBuilderExtensions
{
    /// <summary>Collects the metrics of the meters <c>HaConnect</c> and <c>HaConnect.Operations</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static MeterProviderBuilder AddHaConnectInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(HaMetrics.MeterName, HaMetrics.OperationsMeterName);
    }
}
