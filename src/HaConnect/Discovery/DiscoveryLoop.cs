using HaConnect.Diagnostics;
using HaConnect.Probing;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Discovery;

/// <summary>Asks one discovery for as long as it runs. Nothing waits for it: while it fails or hangs, the known nodes stay as they are.</summary>
internal sealed class DiscoveryLoop : IAsyncDisposable
{
    private readonly INodeDiscovery _discovery;
    private readonly ClusterState _state;
    private readonly DiscoveryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private DiscoveryAnswer _last = DiscoveryAnswer.None;
    private Task<IReadOnlyList<DiscoveredNode>>? _asked;
    private Task _running = Task.CompletedTask;

    internal DiscoveryLoop(INodeDiscovery discovery, ClusterState state, DiscoveryOptions options, TimeProvider time, ILogger logger)
    {
        (_discovery, _state, _options, _time, _logger) = (discovery, state, options, time, logger);
        _wake = new WakeSignal(time);
    }

    internal void Start()
    {
        _state.Published += OnPublished;
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _state.Published -= OnPublished;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        if (DiscoveryPace.Hurries(before, after))
            _wake.Set();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _state.Apply(_discovery, Remember(await AskAsync().ConfigureAwait(false)));
                await Task.Delay(DiscoveryPace.Least, _time, _stop.Token).ConfigureAwait(false);
                await _wake.WaitAsync(DiscoveryPace.After(_state.Current, _options.Interval) - DiscoveryPace.Least, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.DiscoveryLoopFailed(_logger, _discovery, e);
                await _wake.WaitAsync(DiscoveryPace.Least, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task<DiscoveryAnswer> AskAsync()
    {
        if (_asked is { IsCompleted: false })
            return _last with { Failure = $"it has not answered for more than {_options.Timeout} (Discovery.Timeout)" };
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop.Token);
        var token = either.Token;
        _asked = Task.Run(() => _discovery.DiscoverAsync(_state.Current, token), CancellationToken.None); // it may block
        _ = _asked.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default); // seen, where nobody waits for it any more
        try
        {
            return await _asked.WaitAsync(token).ConfigureAwait(false) is { } nodes && !nodes.Contains(null!)
                ? new DiscoveryAnswer([.. nodes])
                : _last with { Failure = $"{_discovery.GetType()}.DiscoverAsync returned null, or a list with null in it; it must return a list of nodes, which may be empty" };
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            return _last with { Failure = deadline.IsCancellationRequested ? $"it did not answer within {_options.Timeout} (Discovery.Timeout)" : e.Message };
        }
    }

    /// <summary>Says what is new.</summary>
    private DiscoveryAnswer Remember(DiscoveryAnswer answer)
    {
        if (answer.Failure is { } why && _last.Failure is null)
            Log.DiscoveryFailed(_logger, _discovery, why);
        else if (answer.Failure is null && _last.Failure is not null)
            Log.DiscoveryAnswers(_logger, _discovery);
        return _last = answer;
    }
}
