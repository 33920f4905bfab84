using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using HaConnect.Audit;
using HaConnect.Connections;
using HaConnect.Diagnostics;
using HaConnect.Failover.Detection;
using HaConnect.Failover.Fencing;
using HaConnect.Options;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;

namespace HaConnect.Failover;

/// <summary>
/// Runs the failover machine: feeds it verdicts, answers and timers one at a time, and has its effects carried out. It decides nothing.
/// Whoever posts an event runs the step, so that one thread can run it all in simulated time.
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
    private readonly Func<double> _dice;
    private readonly IExternalFence _fence;
    private readonly Channel<FailoverEvent> _events = Channel.CreateUnbounded<FailoverEvent>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly Dictionary<string, VoterWorker> _workers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private FailoverState _state;
    private Task _running = Task.CompletedTask;
    private PrimaryVerdict _lastVerdict = PrimaryVerdict.None;
    private readonly ConcurrentDictionary<string, long> _lockRefusedAt = new(StringComparer.Ordinal);
    private volatile bool _holdsOffice;
    private volatile bool _acts;
    private bool _hasLed;
    private long _takenAt; // zero between two steps

    private FailoverLoop(ClusterState cluster, FailoverSettings settings, Action wakeProbes, HaDatabaseOptions options, FailoverTelling telling, TimeProvider time,
        Func<double> dice, IExternalFence fence, ILogger logger, IReadOnlyDictionary<string, INodeControl> controls)
    {
        _cluster = cluster;
        _wakeProbes = wakeProbes;
        _options = options;
        _telling = telling;
        _time = time;
        _dice = dice;
        _fence = fence;
        _logger = logger;
        _state = FailoverState.Initial(settings);
        foreach (var (node, control) in controls)
            _workers[node] = new VoterWorker(node, control, Post, options.Failover.LeaseDuration, time, logger);
    }

    /// <param name="coordinator">This instance's name in registers and records.</param>
    /// <param name="cluster">What is observed.</param>
    /// <param name="sessions">Opens the sessions that hold a voter's lock.</param>
    /// <param name="wakeProbes">Called when there is news that probes should see at once.</param>
    /// <param name="options">The options, valid.</param>
    /// <param name="audit">What was done, and why.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="time">The clock.</param>
    /// <param name="dice">0 to 1, evenly: instances that fail together must not try again together.</param>
    /// <param name="fence">Fences from outside PostgreSQL, where that is configured.</param>
    /// <param name="logger">The log.</param>
    /// <param name="broken">Rules that a test breaks on purpose.</param>
    internal static FailoverLoop Create(string coordinator, ClusterState cluster, Func<ConfiguredNode, ISessionSource> sessions, Action wakeProbes, HaDatabaseOptions options,
        AuditTrail audit, HaMetrics metrics, TimeProvider time, Func<double> dice, IExternalFence fence, ILogger logger, BrokenRules broken = BrokenRules.None)
    {
        var settings = SettingsOf(coordinator, options) with { Broken = broken };
        var lockObject = LockKey.ObjectOf(options.ClusterName);
        var controls = new Dictionary<string, INodeControl>(StringComparer.Ordinal);
        foreach (var node in ConfiguredNode.DataNodesOf(options))
            controls[node.Name] = new DataNodeControl(node.Name, Session(node), settings, lockObject);
        foreach (var node in ConfiguredNode.WitnessesOf(options))
            controls[node.Name] = new WitnessControl(node.Name, options.ClusterName, Session(node), lockObject);
        return new FailoverLoop(cluster, settings, wakeProbes, options, new FailoverTelling(settings.Coordinator, options.ClusterName, audit, metrics, time, logger), time, dice, fence, logger, controls);

        LockSession Session(ConfiguredNode node) =>
            new(sessions(node), lockObject, options.Failover.StepTimeout * 2, time);
    }

    /// <summary>What the options say, in the machine's words.</summary>
    internal static FailoverSettings SettingsOf(string coordinator, HaDatabaseOptions options)
    {
        var dataNodes = ConfiguredNode.DataNodesOf(options);
        return new FailoverSettings
        {
            Coordinator = coordinator,
            Voters = [.. dataNodes.Select(n => new Voter(n.Name, IsWitness: false, n.Priority, n.IsSynchronous)), .. ConfiguredNode.WitnessesOf(options).Select(n => new Voter(n.Name, IsWitness: true, 0))],
            ControlDatabase = options.Failover.ControlDatabase,
            Required = options.Failover.RequiredSynchronousStandbys,
            DropStandbyAfter = options.Failover.DropStandbyAfter,
            DegradeAfter = options.Failover.DegradeAfter,
            FencingTimeout = options.Failover.Fencing.Command is null ? null : options.Failover.Fencing.Timeout,
            RehearsesFencing = options.Failover.Fencing.DryRun,
            MaxDataLossBytes = options.Failover.MaxDataLossBytes,
            MaxFailovers = options.Failover.MaxFailovers,
            FailoverWindow = options.Failover.FailoverWindow,
            Conninfo = new ConninfoBuilder(options.Failover.Replication, dataNodes, options.Failover.ControlDatabase),
        };
    }

    /// <summary>
    /// Raised once after each election, when this instance coordinates in peace: a failover that was under way is over. Handlers must return
    /// at once, since the loop waits for them.
    /// </summary>
    internal event Action? Elected;

    /// <summary>This instance's name in registers and records.</summary>
    internal string Coordinator => _state.Settings.Coordinator;

    /// <summary>Whether this instance is the coordinator now, as far as it knows.</summary>
    internal bool HoldsOffice => _holdsOffice;

    /// <summary>And preflight has found nothing against it.</summary>
    internal bool Acts => _acts;

    /// <summary>How long it has been at the step that it is at: it awaits nothing in one, so that more than a moment means that somebody else's code holds it up (an audit sink, a log).</summary>
    internal TimeSpan AtOneStep => Volatile.Read(ref _takenAt) is not 0 and var at ? _time.GetElapsedTime(at) : TimeSpan.Zero;

    internal void Start()
    {
        if (_state.Settings.Required == 0)
            Log.AsynchronousReplication(_logger);
        _cluster.Published += OnPublished;
        _running = RunAsync();
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
            _stop.Cancel();
            await _running.ConfigureAwait(false);
        }

        _acts = false;
        foreach (var worker in _workers.Values)
            await worker.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Post(FailoverEvent happened) => _events.Writer.TryWrite(happened);

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after) => Judge();

    private void Judge()
    {
        var verdict = LossDetector.Judge(_cluster.Facts, _options.Probing.TimeoutsUntilUnreachable, _options.Failover.StartupGrace, _lockRefusedAt);
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
                var happened = await _events.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
                Volatile.Write(ref _takenAt, _time.GetTimestamp());
                Take(happened);
                Volatile.Write(ref _takenAt, 0);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, this instance must not go on holding an office that it does not fill.
                Log.FailoverLoopFailed(_logger, e);
                ReleaseAll();
                _state = FailoverState.Initial(_state.Settings) with { StepNumber = _state.StepNumber + 1, Verdict = _state.Verdict };
                ScheduleTimers();
                Volatile.Write(ref _takenAt, 0);
            }
        }
    }

    private void Take(FailoverEvent happened)
    {
        var (before, stepBefore) = (_state.StepNumber, _state.Step);
        (_state, var effects) = FailoverMachine.Next(_state, happened);
        _telling.HoldsOffice = _holdsOffice = _state.Step is not (Step.Watching or Step.Electing or Step.Stopped);
        _acts = _holdsOffice && (_acts || _state.Step != Step.Surveying);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case Effect.AtNode e:
                    _workers[e.Node].Do(e.StepNumber, e.Command);
                    break;
                case Effect.Isolate e:
                    _ = IsolateAsync(e);
                    break;
                case Effect.ReleaseAll:
                    ReleaseAll();
                    break;
                case Effect.Tell e:
                    _telling.Tell(e);
                    break;
                case Effect.FailoverBegan e:
                    _telling.Began(e.Why);
                    break;
                case Effect.FailoverEnded e:
                    _telling.Ended(e.Succeeded);
                    break;
            }
        }

        if (happened is FailoverEvent.LockAnswered { Granted: false } refused)
        {
            // Somebody holds it: newer evidence than the last probe, which may be seconds old.
            _lockRefusedAt[refused.Node] = _time.GetTimestamp();
            Judge();
        }

        TellElection();
        if (_state.StepNumber == before)
            return;
        if (stepBefore == Step.Electing)
            _wakeProbes(); // who holds the locks is news, and a coordinator must know how the primary is
        ScheduleTimers();
        if (_state.Step == Step.Leading && WhereToSave() is { } primary && _telling.TakeUnsaved() is { Count: > 0 } records)
        {
            // The new primary's role is news to every instance; this one need not wait for its next probe.
            _wakeProbes();
            _workers[primary].SaveAudit(records, _telling.PutBack);
        }
    }

    private void TellElection()
    {
        if (!_holdsOffice)
            _hasLed = false;
        if (_hasLed || _state.Step != Step.Leading)
            return;
        _hasLed = true;
        Elected?.Invoke();
    }

    /// <summary>The established primary, where it is held and out of recovery; just after a failover its record is older than its promotion.</summary>
    private string? WhereToSave() =>
        _state.Established is { } row && _state.Voters.GetValueOrDefault(row.Primary) is { HoldsLock: true } voter && (_state.Candidate == row.Primary || voter.Record is { InRecovery: false })
            ? row.Primary
            : null;

    private void ScheduleTimers()
    {
        var (grace, timeout) = FailoverTiming.Of(_state, _options.Failover.StepTimeout, _dice());
        _ = PostLaterAsync(grace, new FailoverEvent.GraceOver(_state.StepNumber));
        _ = PostLaterAsync(timeout, new FailoverEvent.TimeOver(_state.StepNumber));
    }

    private async Task PostLaterAsync(TimeSpan delay, FailoverEvent happened)
    {
        await Task.Delay(delay, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Post(happened);
    }

    private async Task IsolateAsync(Effect.Isolate effect)
    {
        FenceAnswer answer;
        try
        {
            answer = await _fence.FenceAsync(effect.Order, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            answer = new FenceAnswer(false, e.Message);
        }

        Post(new FailoverEvent.Isolated(effect.StepNumber, answer));
    }

    private void ReleaseAll()
    {
        foreach (var worker in _workers.Values)
            worker.Release();
    }
}
