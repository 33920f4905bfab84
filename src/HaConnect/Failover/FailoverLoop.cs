using System.Diagnostics;
using System.Threading.Channels;
using HaConnect.Audit;
using HaConnect.Connections;
using HaConnect.Diagnostics;
using HaConnect.Failover.Detection;
using HaConnect.Options;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Failover;

/// <summary>
/// Runs the failover machine: feeds it verdicts, answers and timers one at a time, and has its effects carried out. It decides nothing.
/// </summary>
internal sealed class FailoverLoop : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly ClusterState _cluster;
    private readonly Action _wakeProbes;
    private readonly HaDatabaseOptions _options;
    private readonly FailoverTelling _telling;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<FailoverEvent> _events = Channel.CreateUnbounded<FailoverEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, VoterWorker> _workers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private FailoverState _state;
    private Task _running = Task.CompletedTask;
    private PrimaryVerdict _lastVerdict = PrimaryVerdict.None;

    private FailoverLoop(ClusterState cluster, FailoverSettings settings, Action wakeProbes, HaDatabaseOptions options, FailoverTelling telling, TimeProvider time,
        ILogger logger, IReadOnlyDictionary<string, INodeControl> controls)
    {
        _cluster = cluster;
        _wakeProbes = wakeProbes;
        _options = options;
        _telling = telling;
        _time = time;
        _logger = logger;
        _state = FailoverState.Initial(settings);
        foreach (var (node, control) in controls)
            _workers[node] = new VoterWorker(node, control, Post, options.Failover.LeaseDuration, time, logger);
    }

    internal static FailoverLoop Create(ClusterState cluster, NodeSources sources, Action wakeProbes, HaDatabaseOptions options, AuditTrail audit, HaMetrics metrics,
        TimeProvider time, ILogger logger)
    {
        var dataNodes = ConfiguredNode.DataNodesOf(options);
        var witnesses = ConfiguredNode.WitnessesOf(options);
        var settings = new FailoverSettings
        {
            Coordinator = InstanceName.Create(),
            Voters = [.. dataNodes.Select(n => new Voter(n.Name, IsWitness: false, n.Priority)), .. witnesses.Select(n => new Voter(n.Name, IsWitness: true, 0))],
            ControlDatabase = options.Failover.ControlDatabase,
            Required = options.Failover.RequiredSynchronousStandbys,
            MaxDataLossBytes = options.Failover.MaxDataLossBytes,
            Conninfo = new ConninfoBuilder(options.Failover.Replication, dataNodes),
        };
        var lockObject = LockKey.ObjectOf(options.ClusterName);
        var controls = new Dictionary<string, INodeControl>(StringComparer.Ordinal);
        foreach (var node in dataNodes)
            controls[node.Name] = new DataNodeControl(node.Name, Session(node), settings, lockObject);
        foreach (var node in witnesses)
            controls[node.Name] = new WitnessControl(node.Name, options.ClusterName, Session(node), lockObject);
        return new FailoverLoop(cluster, settings, wakeProbes, options, new FailoverTelling(settings.Coordinator, options.ClusterName, audit, metrics, time, logger), time, logger, controls);

        LockSession Session(ConfiguredNode node) =>
            new(sources.ForCoordinator(node.Host, node.Port), lockObject, options.Failover.StepTimeout * 2, time);
    }

    internal void Start()
    {
        if (_state.Settings.Required == 0)
            Log.AsynchronousReplication(_logger);
        _cluster.Published += OnPublished;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Hands over: a failover under way is finished, then the locks are released, so that another instance takes over at once.</summary>
    public async ValueTask DisposeAsync()
    {
        _cluster.Published -= OnPublished;
        Post(new FailoverEvent.StopRequested());
        try
        {
            await _running.WaitAsync(StopTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _running.ConfigureAwait(false);
        }

        foreach (var worker in _workers.Values)
            await worker.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Post(FailoverEvent happened) => _events.Writer.TryWrite(happened);

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        var verdict = LossDetector.Judge(_cluster.Facts, _options.Probing.TimeoutsUntilUnreachable);
        var last = Interlocked.Exchange(ref _lastVerdict, verdict);
        if (verdict != last)
            Post(new FailoverEvent.VerdictChanged(verdict));
    }

    private async Task RunAsync()
    {
        ScheduleTimers();
        while (_state.Step != Step.Stopped)
        {
            try
            {
                await StepAsync(await _events.Reader.ReadAsync(_stop.Token).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, this instance must not go on holding an office that it does not fill.
                Log.FailoverLoopFailed(_logger, e);
                await ReleaseAllAsync().ConfigureAwait(false);
                _state = FailoverState.Initial(_state.Settings) with { StepNumber = _state.StepNumber + 1, Verdict = _state.Verdict };
                ScheduleTimers();
            }
        }
    }

    private async Task StepAsync(FailoverEvent happened)
    {
        var before = _state.StepNumber;
        (_state, var effects) = FailoverMachine.Next(_state, happened);
        _telling.HoldsOffice = _state.Step is not (Step.Watching or Step.Electing or Step.Stopped);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case Effect.AtNode e:
                    _workers[e.Node].Do(e.StepNumber, e.Command);
                    break;
                case Effect.ReleaseAll:
                    await ReleaseAllAsync().ConfigureAwait(false);
                    break;
                case Effect.Tell e:
                    _telling.Tell(e);
                    break;
                case Effect.FailoverEnded e:
                    _telling.Ended(e.Succeeded);
                    break;
            }
        }

        if (_state.StepNumber == before)
            return;
        ScheduleTimers();
        if (_state is { Step: Step.Leading, Candidate: { } primary } && _telling.TakeUnsaved() is { Count: > 0 } records)
        {
            // The new primary's role is news to every instance; this one need not wait for its next probe.
            _wakeProbes();
            _workers[primary].SaveAudit(records);
        }
    }

    private void ScheduleTimers()
    {
        var (grace, timeout) = FailoverTiming.Of(_state, _options.Failover.StepTimeout, Random.Shared.NextDouble());
        _ = PostLaterAsync(grace, new FailoverEvent.GraceOver(_state.StepNumber));
        _ = PostLaterAsync(timeout, new FailoverEvent.TimeOver(_state.StepNumber));
    }

    private async Task PostLaterAsync(TimeSpan delay, FailoverEvent happened)
    {
        await Task.Delay(delay, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Post(happened);
    }

    private async Task ReleaseAllAsync()
    {
        foreach (var worker in _workers.Values)
            await worker.ReleaseAsync().ConfigureAwait(false);
    }
}
