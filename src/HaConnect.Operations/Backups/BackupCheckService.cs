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
        var own = options.Primary is null && db.Snapshot.Primary is { } primary
            ? new NodeSources(db.Runtime.Options, configure: null, _ => db.Snapshot).ForProbe(primary.Host, primary.Port, database: null) : null;
        await using var _ = (own ?? (IAsyncDisposable)NothingToDispose.Instance).ConfigureAwait(false);
        options.Primary ??= own;
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
