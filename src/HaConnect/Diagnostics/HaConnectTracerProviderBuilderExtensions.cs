using HaConnect.Diagnostics;

namespace OpenTelemetry.Trace;

/// <summary>Adds HaConnect's activities to OpenTelemetry.</summary>
public static class HaConnectTracerProviderBuilderExtensions
{
    /// <summary>Collects the activities of the source <c>HaConnect</c>: operations with their attempts, and failovers.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static TracerProviderBuilder AddHaConnectInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(HaActivities.SourceName);
    }
}
