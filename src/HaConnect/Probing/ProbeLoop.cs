using HaConnect.Diagnostics;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Probing;

/// <summary>Probes one node for as long as it runs: at the interval in peace, often while anything is suspect, at once when woken.</summary>
internal sealed class ProbeLoop : IAsyncDisposable
{
    private readonly NodeProber _prober;
    private readonly ClusterState _state;
    private readonly HaDatabaseOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    internal ProbeLoop(Node node, NodeProber prober, ClusterState state, HaDatabaseOptions options, TimeProvider time, ILogger logger)
    {
        Node = node;
        _prober = prober;
        _state = state;
        _options = options;
        _time = time;
        _logger = logger;
        _wake = new WakeSignal(time);
        _running = Task.Run(RunAsync);
    }

    internal Node Node { get; }

    internal void Wake() => _wake.Set();

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
                _state.Apply(await _prober.ProbeAsync(_stop.Token).ConfigureAwait(false));
                await _wake.WaitAsync(Pause(_state.Current), _stop.Token).ConfigureAwait(false);
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

    /// <summary>A standby is probed right after the primary (which wakes it): its own interval is only for when there is none.</summary>
    private TimeSpan Pause(ClusterSnapshot snapshot)
    {
        if (snapshot.IsUneasy)
            return _options.Probing.SuspectInterval;
        var interval = _options.Probing.EffectiveInterval(_options.Routing.MaxReplicaLag);
        return ReferenceEquals(snapshot.PrimaryNode, Node) ? interval : interval * 1.5;
    }
}
