using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.Operations.Drills.History;

/// <summary>Keeps a history up to date, and tells once when something becomes overdue.</summary>
internal sealed class DrillHistoryWatch : IAsyncDisposable
{
    private readonly ILedgerSource _source;
    private readonly DrillHistoryOptions _options;
    private readonly string _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _reading = new(1);
    private readonly HashSet<DrillKind> _overdue = [];
    private DrillLedger? _ledger;
    private string? _problem;
    private Task _running = Task.CompletedTask;

    internal DrillHistoryWatch(ILedgerSource source, DrillHistoryOptions options, string cluster, TimeProvider time, ILogger logger)
    {
        options.Validate();
        (_source, _options, _cluster, _time, _logger) = (source, options, cluster, time, logger);
        Metrics = new DrillMetrics(cluster, () => Current);
    }

    internal DrillMetrics Metrics { get; }

    internal ILedgerSource Source => _source;

    internal DrillHistoryOptions Options => _options;

    /// <summary>As of now, by what was read last: what is overdue becomes so by itself. Null before it was read once.</summary>
    internal DrillHistory? Current => Volatile.Read(ref _ledger) is { } ledger ? DrillHistory.Of(ledger, _options, _time.GetUtcNow()) : null;

    internal void Start() => _running = Task.Run(RunAsync);

    /// <summary>Reads it at once.</summary>
    internal async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Volatile.Write(ref _ledger, await _source.ReadAsync(cancellationToken).ConfigureAwait(false));
            _problem = null;
            Tell(Current!);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>By its host or by the container, whichever comes first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        Metrics.Dispose();
        _stop.Dispose();
        _reading.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or HaConnectException or IOException or UnauthorizedAccessException)
            {
                if (Interlocked.Exchange(ref _problem, e.Message) != e.Message)
                    DrillMessages.NotRead(_logger, e.Message);
                if (Current is { } last)
                    Tell(last); // time goes on all the same
            }
            catch (Exception e)
            {
                DrillMessages.ReadingFailed(_logger, e);
            }

            await Task.Delay(_options.ReadInterval, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(DrillHistory history)
    {
        foreach (var standing in history.Standings)
        {
            if (standing.IsOverdue && _overdue.Add(standing.Requirement.Kind))
                DrillMessages.Overdue(_logger, _cluster, standing);
            else if (!standing.IsOverdue && _overdue.Remove(standing.Requirement.Kind))
                DrillMessages.MadeUp(_logger, _cluster, standing);
        }
    }
}
