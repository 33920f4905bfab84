using HaConnect.Diagnostics;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Probing;

/// <summary>Probes one witness for as long as it runs: at the interval, and often while it is in doubt whether it is there.</summary>
internal sealed class WitnessLoop : IAsyncDisposable
{
    private readonly WitnessProber _prober;
    private readonly ClusterState _state;
    private readonly HaDatabaseOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<double> _dice;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    internal WitnessLoop(WitnessProber prober, ClusterState state, HaDatabaseOptions options, TimeProvider time, Func<double> dice, ILogger logger)
    {
        _prober = prober;
        _state = state;
        _options = options;
        _time = time;
        _dice = dice;
        _logger = logger;
        _prober.HeardLate += () => _state.HeardLate(_prober.Index);
        _running = Task.Run(RunAsync);
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
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            var pause = TimeSpan.FromSeconds(1);
            try
            {
                var observation = await _prober.ProbeAsync(_stop.Token).ConfigureAwait(false);
                failures = observation.Failure is { ProvesServer: false } ? failures + 1 : 0;
                _state.Apply(observation);
                pause = PauseAfter(failures);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.WitnessLoopFailed(_logger, _prober.Name, e);
            }

            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan PauseAfter(int failures)
    {
        if (failures > 0 && failures < _options.Probing.TimeoutsUntilUnreachable)
            return _options.Probing.SuspectInterval;
        return _prober.VisitPause is { } pause ? pause * (0.85 + (0.3 * _dice())) : _options.Probing.EffectiveInterval(_options.Routing.MaxReplicaLag);
    }
}
