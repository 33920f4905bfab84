using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Operations.Monitoring;

/// <summary>Asks every node that is in reach, in turns; of one that does not answer there are no figures, rather than old ones.</summary>
internal sealed class ServerMetricsLoop : IAsyncDisposable
{
    private readonly HaRuntime _runtime;
    private readonly ServerMetricsOptions _options;
    private readonly ILogger _logger;
    private readonly ServerGauges _gauges;
    private readonly Dictionary<Node, ServerReader> _readers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private ServerMetricsLoop(HaRuntime runtime, ServerMetricsOptions options, ILogger logger)
    {
        (_runtime, _options, _logger) = (runtime, options, logger);
        _gauges = new ServerGauges(runtime.Options.ClusterName);
        _running = Task.Run(RunAsync);
    }

    internal static ServerMetricsLoop Start(HaRuntime runtime, ServerMetricsOptions options, ILogger logger) => new(runtime, options, logger);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (var reader in _readers.Values)
            await reader.DisposeAsync().ConfigureAwait(false);
        _gauges.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(_runtime.State.Current).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                MonitoringMessages.LoopFailed(_logger, e);
            }

            await Task.Delay(_options.Interval, _runtime.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TurnAsync(ClusterSnapshot snapshot)
    {
        foreach (var gone in _readers.Keys.Where(n => snapshot.Of(n) is null).ToList())
        {
            _readers.Remove(gone, out var reader);
            await reader!.DisposeAsync().ConfigureAwait(false);
        }

        // One of another cluster is not this one's to speak of, and one that is not there costs a time-out.
        var asked = snapshot.Nodes.Where(n => n is { Reachability: NodeReachability.Reachable, IsForeign: false }).Select(n => n.Node).ToList();
        _gauges.Publish(await Task.WhenAll(asked.Select(ReadAsync)).ConfigureAwait(false));
    }

    private async Task<ServerSample?> ReadAsync(Node node)
    {
        ServerReader? reader;
        lock (_readers)
        {
            if (!_readers.TryGetValue(node, out reader))
                _readers[node] = reader = new ServerReader(node.Name, _runtime.MetricsSessions(node), _options, _runtime.Time);
        }

        var (sample, problem) = await reader.ReadAsync(_stop.Token).ConfigureAwait(false);
        lock (_failed)
        {
            if (problem is null)
                _failed.Remove(node.Name);
            else if (_failed.Add(node.Name))
                MonitoringMessages.NotRead(_logger, node.Name, problem);
        }

        return sample;
    }
}
