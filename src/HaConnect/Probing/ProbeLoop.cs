using HaConnect.Diagnostics;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Probing;

/// <summary>Probes one node for as long as it runs: at the interval in peace, often while anything is suspect, at once when woken; more sparingly while it has no seat at the server.</summary>
internal sealed class ProbeLoop : IAsyncDisposable
{
    private const double LongestVisitPause = 1.15 * 1.5;

    private readonly NodeProber _prober;
    private readonly ClusterState _state;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double> _dice;
    private readonly ProbePace _pace;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile bool _primaryWasProbed;

    internal ProbeLoop(Node node, NodeProber prober, ClusterState state, HaDatabaseOptions options, TimeProvider time, Func<double> dice, ILogger logger)
    {
        Node = node;
        _prober = prober;
        _state = state;
        _time = time;
        _dice = dice;
        _logger = logger;
        _pace = new ProbePace(node, options, time);
        _wake = new WakeSignal(time);
        _prober.HeardLate += () => _state.HeardLate(Node);
        _running = Task.Run(RunAsync);
    }

    internal Node Node { get; }

    internal void Wake() => _wake.Set();

    /// <summary>Wakes the loop of a standby: the primary was probed just now, so that what the standby has replayed proves most.</summary>
    internal void Follow()
    {
        _primaryWasProbed = true;
        _wake.Set();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _prober.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var observation = await _prober.ProbeAsync(_stop.Token).ConfigureAwait(false);
                _state.Apply(_prober.KeepsSession ? observation : observation with { NextWithin = _prober.VisitPause * LongestVisitPause });
                if (_prober.KeepsSession)
                    await _wake.WaitAsync(_pace.After(_state.Current), _stop.Token).ConfigureAwait(false);
                else
                    await WaitForVisitAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.ProbeLoopFailed(_logger, Node.Name, e);
                await _wake.WaitAsync(TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// What suggests a probe (a lost primary, an application's error) reaches all instances at the same moment. Those without a seat then
    /// come soon, and not together.
    /// </summary>
    private async Task WaitForVisitAsync()
    {
        var startedAt = _time.GetTimestamp();
        var pause = _prober.VisitPause * (0.85 + (0.3 * _dice())); // and half of it more for a standby: see LongestVisitPause
        var soon = _prober.VisitPause / 4 * (0.5 + _dice());
        _primaryWasProbed = false;
        while (true)
        {
            var snapshot = _state.Current;
            var longest = snapshot.PrimaryNode is null || snapshot.Primary!.Reachability != NodeReachability.Reachable || snapshot.IsWithoutMajority ? soon : ReferenceEquals(snapshot.PrimaryNode, Node) ? pause : pause * 1.5;
            var left = longest - _time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero || !await _wake.WaitAsync(left, _stop.Token).ConfigureAwait(false) || _prober.KeepsSession)
                return;
            if (!_primaryWasProbed)
            {
                await Task.Delay(soon, _time, _stop.Token).ConfigureAwait(false);
                return;
            }

            _primaryWasProbed = false;
            if (_time.GetElapsedTime(startedAt) >= pause / 2)
                return;
        }
    }
}
