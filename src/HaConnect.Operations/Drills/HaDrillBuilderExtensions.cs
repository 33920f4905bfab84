using HaConnect;
using HaConnect.Operations;
using HaConnect.Operations.Drills.History;
using HaConnect.Operations.Drills.Schedule;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps an eye on drills, and runs them.</summary>
public static class HaDrillBuilderExtensions
{
    internal const string LogCategory = "HaConnect.Drills";

    /// <summary>
    /// Reads what the audit trail tells of this cluster's drills while the host runs, gives it as metrics (<c>haconnect.drill.*</c> of the meter <c>HaConnect.Operations</c>), and logs a
    /// warning when a drill becomes overdue. docs/operations/drill-history.md.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Sets what is demanded, and where the trails are; null for the defaults, and the copy on the cluster.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    public static HaDatabaseBuilder AddDrillHistory(this HaDatabaseBuilder builder, Action<DrillHistoryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new DrillHistoryOptions();
        configure?.Invoke(options);
        options.Validate();
        builder.Services.AddKeyedSingleton(builder.Key, (provider, key) =>
        {
            var runtime = provider.GetRequiredKeyedService<HaDataSource>(key).Runtime;
            options.ClusterName ??= runtime.Options.ClusterName;
            ILedgerSource source = options.Folders.Count > 0 ? new FolderLedger(options.Folders) : new TableLedger(runtime);
            return new DrillHistoryWatch(source, options, options.ClusterName, runtime.Time, provider.GetService<ILoggerFactory>()?.CreateLogger(LogCategory) ?? NullLogger.Instance);
        });
        builder.Services.AddSingleton<IHostedService>(provider => new DrillHistoryService(provider.GetRequiredKeyedService<DrillHistoryWatch>(builder.Key)));
        return builder;
    }

    /// <summary>
    /// Runs a drill of the application's own whenever one is due, while the host runs: on one instance of several, not while the cluster is not whole, and not again after a restart, since what
    /// is on record decides. Its begin and its outcome are recorded; <paramref name="drill"/> is not to record the outcome itself. <see cref="AddDrillHistory"/> and
    /// <see cref="HaAuditBuilderExtensions.AddAuditFile"/> come before it, and <see cref="HaAuditBuilderExtensions.AddAuditTable"/> where several instances have the schedule: with
    /// <see cref="DrillHistoryOptions.Folders"/> nobody else is asked, and only one instance may have it.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="kind">What is drilled.</param>
    /// <param name="drill">The drill. What it throws is recorded as a drill that was not passed.</param>
    /// <param name="configure">Sets when; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public static HaDatabaseBuilder AddDrillSchedule(this HaDatabaseBuilder builder, DrillKind kind, Func<IServiceProvider, CancellationToken, Task<DrillOutcome>> drill, Action<DrillScheduleOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(drill);
        var options = new DrillScheduleOptions();
        configure?.Invoke(options);
        options.Validate();
        builder.Services.AddSingleton<IHostedService>(provider => new DrillScheduleService(provider, builder.Key, kind, drill, options));
        return builder;
    }
}
