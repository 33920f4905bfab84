using HaConnect.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaConnect.Operations.Backups;

/// <summary>Checks backups every so often, for as long as the host runs. A check that fails is logged, and the next one comes.</summary>
internal sealed class BackupCheckService(IServiceProvider provider, object? key, TimeSpan interval, Action<BackupCheckOptions> configure, Action<BackupCheckReport>? onReport) : IHostedService, IDisposable
{
    internal const string LogCategory = "HaConnect.Backups";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ILogger _logger = provider.GetService<ILoggerFactory>()?.CreateLogger(LogCategory) ?? NullLogger.Instance;
    private CheckState? _last;
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(() => LoopAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task LoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var db = provider.GetRequiredKeyedService<HaDataSource>(key);
            var cluster = db.Runtime.Options.ClusterName;
            try
            {
                await CheckAsync(db, cluster, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                BackupMessages.NotChecked(_logger, cluster, interval, e);
            }

            await Task.Delay(interval, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckAsync(HaDataSource db, string cluster, CancellationToken cancellationToken)
    {
        var options = new BackupCheckOptions { Cluster = cluster };
        configure(options);
        if (options.Primary is null)
            await UntilSeenAsync(db, cancellationToken).ConfigureAwait(false);
        var own = options.Primary is null && db.Snapshot.Primary is { } primary
            ? new NodeSources(db.Runtime.Options, configure: null, _ => db.Snapshot).ForProbe(primary.Host, primary.Port, database: null) : null;
        await using var _ = (own ?? (IAsyncDisposable)NothingToDispose.Instance).ConfigureAwait(false);
        options.Primary ??= own;
        if (options.Primary is null)
            options.NoPrimary = db.Snapshot.Reason;
        var report = await BackupCheck.RunAsync(options, _time, cancellationToken).ConfigureAwait(false);
        if (report.State == CheckState.Ok)
            BackupMessages.Sound(_logger, cluster, report.Verdict);
        else
            BackupMessages.Unsound(_logger, cluster, report.State, report.Verdict);
        if (_last != report.State)
            Audit(report);
        _last = report.State;
        onReport?.Invoke(report);
    }

    /// <summary>When the host has just started, nothing is known of the cluster yet: that is not worth a warning.</summary>
    private async Task UntilSeenAsync(HaDataSource db, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        while (true)
        {
            var change = db.NextChange; // taken before the snapshot is looked at
            var left = s_patience - _time.GetElapsedTime(startedAt);
            if (db.Snapshot.IsComplete || left <= TimeSpan.Zero)
                return;
            await change.WaitAsync(left, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Where the state has changed: a trail is no log.</summary>
    private void Audit(BackupCheckReport report)
    {
        var record = new AuditRecord(_time.GetUtcNow(), report.Cluster, Environment.MachineName, null, "BackupCheck", null, report.Verdict) { Kind = AuditKind.Drill, Before = _last?.ToString(), After = report.State.ToString() };
        foreach (var sink in provider.GetServices<IAuditSink>())
            sink.Write(record);
    }

    private sealed class NothingToDispose : IAsyncDisposable
    {
        internal static NothingToDispose Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
