using HaConnect.Operations.Drills.History;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HaConnect.Operations.Drills.Schedule;

/// <summary>Runs an application's drill whenever one is due, and records what it came to.</summary>
/// <param name="kind">What is drilled.</param>
/// <param name="cluster">The cluster's name.</param>
/// <param name="drill">The application's drill.</param>
/// <param name="options">When, valid.</param>
/// <param name="history">What counts.</param>
/// <param name="claim">What makes this instance the one that begins it.</param>
/// <param name="audit">Where to; its trail is what the history is read from.</param>
/// <param name="whyNotWhole">Why the cluster is to be left alone; null where it is whole.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class DrillScheduler(
    DrillKind kind, string cluster, Func<CancellationToken, Task<DrillOutcome>> drill, DrillScheduleOptions options, DrillHistoryOptions history, IDrillClaim claim, IAuditSink audit, Func<string?> whyNotWhole, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private string? _postponed;
    private Task _running = Task.CompletedTask;

    internal void Start() => _running = Task.Run(RunAsync);

    /// <summary>Its turn: whether a drill was run.</summary>
    internal async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        string? postponed = null;
        var begun = false;
        var at = time.GetUtcNow();
        try
        {
            begun = await claim.TryBeginAsync(
                ledger =>
                {
                    at = time.GetUtcNow();
                    if (ScheduleRule.DueAt(kind, cluster, ledger, history, options) > at)
                        return false;
                    postponed = options.MayBeginAt?.Invoke(at) == false ? "no drill may be begun at this hour" : whyNotWhole();
                    return postponed is null;
                },
                () => audit.Write(new BegunDrill(kind, at, cluster).ToAuditRecord(Instance)),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or HaConnectException or IOException)
        {
            postponed = e.Message;
        }

        if (postponed is not null && postponed != _postponed)
            DrillMessages.Postponed(logger, kind, cluster, postponed);
        _postponed = postponed;
        if (begun)
            await DrillAsync(at, cancellationToken).ConfigureAwait(false);
        return begun;
    }

    /// <summary>Waits for a drill that was begun: it is told to end, and tidies up.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static string Instance => Environment.MachineName;

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                DrillMessages.ScheduleFailed(logger, kind, e);
            }

            await Task.Delay(options.CheckInterval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DrillAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        DrillMessages.Begun(logger, kind, cluster);
        DrillOutcome outcome;
        try
        {
            outcome = await drill(cancellationToken).ConfigureAwait(false);
            if (outcome.Kind != kind)
                outcome = new DrillOutcome(kind, at, cluster, false, $"the schedule has a {kind.ToString().ToLowerInvariant()} drill, and what was run is a {outcome.Kind.ToString().ToLowerInvariant()} drill");
        }
        catch (Exception e)
        {
            // Whatever it was: what was begun has an end on record, and it was not passed.
            outcome = new DrillOutcome(kind, at, cluster, false, cancellationToken.IsCancellationRequested ? "the drill was called off: the application was stopped" : $"the drill could not be run to its end: {e.Message}");
        }

        try
        {
            audit.Write(outcome.ToAuditRecord(Instance, BegunDrill.Schedule, time.GetUtcNow()));
            DrillMessages.Ended(logger, kind, cluster, outcome.Sentence);
        }
        catch (Exception e) when (e is IOException or TimeoutException or ObjectDisposedException)
        {
            DrillMessages.NotRecorded(logger, kind, cluster, e.Message);
        }
    }
}
