using HaConnect.Operations.Auditing;
using HaConnect.Operations.Drills.History;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaConnect.Operations.Drills.Schedule;

/// <summary>Runs a schedule for as long as the host runs.</summary>
internal sealed class DrillScheduleService(IServiceProvider provider, object? key, DrillKind kind, Func<IServiceProvider, CancellationToken, Task<DrillOutcome>> drill, DrillScheduleOptions options) : IHostedService
{
    private DrillScheduler? _scheduler;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _scheduler = Create();
        _scheduler.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_scheduler is not null)
            await _scheduler.DisposeAsync().ConfigureAwait(false);
    }

    /// <exception cref="InvalidOperationException">Something that it needs is not added.</exception>
    private DrillScheduler Create()
    {
        var watch = provider.GetKeyedService<DrillHistoryWatch>(key) ?? throw new InvalidOperationException("AddDrillSchedule goes by what AddDrillHistory reads, and it is not added. Call AddDrillHistory() before it.");
        var file = provider.GetService<AuditFile>() ?? throw new InvalidOperationException("AddDrillSchedule records its drills in the audit file, and none is added. Call AddAuditFile(folder) before it.");
        var db = provider.GetRequiredKeyedService<HaDataSource>(key);
        IDrillClaim claim = watch.Options.Folders.Count > 0 ? new OwnClaim(watch.Source) : new PrimaryClaim(db.Runtime, file);
        return new DrillScheduler(kind, db.Runtime.Options.ClusterName, token => drill(provider, token), options, watch.Options, claim, file, () => ScheduleRule.WhyNotWhole(db.Snapshot), db.Runtime.Time,
            provider.GetService<ILoggerFactory>()?.CreateLogger(HaDrillBuilderExtensions.LogCategory) ?? NullLogger.Instance);
    }
}
