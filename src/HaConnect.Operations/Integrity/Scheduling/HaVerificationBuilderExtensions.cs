using HaConnect;
using HaConnect.Operations;
using HaConnect.Operations.Integrity;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Verifies the data of a cluster, time and again.</summary>
public static class HaVerificationBuilderExtensions
{
    /// <summary>
    /// Compares the primary with each standby (<see cref="Verification.RunAsync"/>) in an interval, while the host runs. Where <see cref="FailoverOptions.Mode"/> is
    /// <see cref="FailoverMode.Coordinate"/> only the instance that is the coordinator does; else every instance that calls this. Each outcome is logged, recorded in the audit trail, and in the metrics
    /// <c>haconnect.verification.rate</c>, <c>haconnect.verification.time</c> and <c>haconnect.verification.differences</c> of the meter <c>HaConnect.Operations</c>, per node.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Sets what and when; null for the defaults.</param>
    public static HaDatabaseBuilder AddVerification(this HaDatabaseBuilder builder, Action<IServiceProvider, VerificationScheduleOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHostedService>(provider => new VerificationService(provider, builder.Key, configure));
        return builder;
    }
}
