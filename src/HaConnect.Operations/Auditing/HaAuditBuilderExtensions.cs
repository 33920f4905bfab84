using HaConnect;
using HaConnect.Operations;
using HaConnect.Operations.Auditing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps audit records.</summary>
public static class HaAuditBuilderExtensions
{
    internal const string LogCategory = "HaConnect.Audit";

    /// <summary>
    /// Keeps the audit records of this process in a folder, as a chain (<see cref="AuditFile"/>, a singleton); of all its clusters, which the records name.
    /// Opened with the first data source, and closed after the last.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="folder">The folder, on a local disk; for this process alone.</param>
    /// <param name="configure">Sets sizes, ages and retention; null for the defaults.</param>
    public static HaDatabaseBuilder AddAuditFile(this HaDatabaseBuilder builder, string folder, Action<AuditFileOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (builder.Services.Any(d => d.ServiceType == typeof(AuditFile)))
            return builder; // another cluster of this process has added it
        builder.Services.AddSingleton(provider =>
        {
            var options = new AuditFileOptions();
            configure?.Invoke(options);
            return AuditFile.Open(folder, options, provider.GetService<ILoggerFactory>()?.CreateLogger(LogCategory), provider.GetService<TimeProvider>());
        });
        builder.Services.AddSingleton<IAuditSink>(provider => provider.GetRequiredService<AuditFile>());
        return builder;
    }

    /// <summary>Copies what <see cref="AddAuditFile"/> keeps to the table <c>haconnect_audit.trail</c> of this cluster (<see cref="AuditTable"/>), while the host runs.</summary>
    /// <param name="builder">The cluster.</param>
    public static HaDatabaseBuilder AddAuditTable(this HaDatabaseBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHostedService>(provider => new AuditTableService(provider, builder.Key));
        return builder;
    }
}
