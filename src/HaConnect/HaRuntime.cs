using HaConnect.Audit;
using HaConnect.Commits;
using HaConnect.Compatibility;
using HaConnect.Connections;
using HaConnect.Consistency;
using HaConnect.Diagnostics;
using HaConnect.Discovery;
using HaConnect.Doctor;
using HaConnect.Failover;
using HaConnect.Failover.Fencing;
using HaConnect.Failover.Manual;
using HaConnect.Failover.Slots;
using HaConnect.Failover.Switchover;
using HaConnect.Listening;
using HaConnect.Options;
using HaConnect.Probing;
using HaConnect.Routing;
using HaConnect.Topology;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Retry;

namespace HaConnect;

/// <summary>Puts the parts of one data source together, starts its loops at first use, and stops them in the reverse order.</summary>
internal sealed class HaRuntime : IAsyncDisposable
{
    private readonly ProbeSchedule _probes;
    private readonly DiscoveryLoop[] _discoveries;
    private readonly StatementCanceller _canceller;
    private readonly FailoverLoop? _failover;
    private readonly SlotKeeper? _slots;
    private readonly ElectionDiagnosis _diagnosis;
    private readonly ConfigurationTrail _configuration;
    private readonly LoopAges _loopAges;
    private readonly ILogger _logger;
    private readonly Func<MultiHostSource> _createCompatibility;
    private readonly CancellationTokenSource _dispose = new();
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private bool _isUsable; // started and not disposed: one read says so on the hot path
    private Task? _disposal;
    private bool _handedOver;
    private volatile MultiHostSource? _compatibility;

    internal HaRuntime(HaDatabaseOptions options, HaExtensions extensions, ILoggerFactory loggers, TimeProvider time)
    {
        HaDatabaseOptionsValidator.ThrowIfInvalid(options);
        Options = options;
        Time = time;
        Disposed = _dispose.Token;
        _logger = loggers.CreateLogger("HaConnect");
        State = new ClusterState(options, time);
        Metrics = new HaMetrics(options.ClusterName, () => State.Current);
        _loopAges = new LoopAges(time);
        Metrics.LoopAge = () => _loopAges.Longest(State.Current, _failover?.AtOneStep ?? TimeSpan.Zero);
        var sources = new NodeSources(options, extensions.ConfigureDataSource, _ => SeenByNewConnection());
        Pools = new NodePools(sources.ForApplication);
        Opener = new ConnectionOpener(State, Pools, options, time, Metrics, new ReadPicker(options.Routing.Balancing, extensions.Balancer), _logger, _disposed.Task);
        _canceller = new StatementCanceller(sources.ForCancelling, time);
        Causality = new Causality(State, Opener, new TermHistories(node => new OwnSessionSource(sources.ForHistory(node), time)), options, time);
        Operations = new OperationRunner(Opener, _canceller, Causality, State, options, time, Metrics, _logger, extensions.ConfigureRetries);
        var tokens = new CommitTokens(Operations, options.Connections.WaitTimeout, _logger);
        Transactions = new TransactionRunner(Operations, tokens, time);
        Commits = new TransactionCommits(tokens, State, Metrics, time, _logger);
        Commands = new CommandRunner(Operations, State, new NpgsqlConnectionStringBuilder(options.ConnectionString).CommandTimeout, EnsureStarted);
        Notifications = new NotificationStream(Opener, State, sources.ForListening, options, time, Disposed);
        _createCompatibility = () => new MultiHostSource(sources.ForCompatibility(new PrimaryCheck(State, time)));
        _probes = new ProbeSchedule(State, sources, options, () => _failover is { HoldsOffice: true }, time, Random.Shared.NextDouble, _logger);
        IEnumerable<INodeDiscovery> reported = options.Discovery.ReportedStandbys ? [new ReportedStandbys(options.Discovery.ForgetAfter, time)] : [];
        _discoveries = [.. options.Discovery.Sources.Distinct().Concat(reported).Select(d => new DiscoveryLoop(d, State, options.Discovery, time, _logger))];
        var instance = InstanceName.Create();
        Audit = new AuditTrail(extensions.AuditSinks, _logger);
        _configuration = new ConfigurationTrail(Audit, options, instance, time);
        var doctor = new ClusterDoctor(sources, options, time);
        _diagnosis = new ElectionDiagnosis(doctor, loggers.CreateLogger("HaConnect.Doctor"));
        if (options.Failover.Mode == FailoverMode.Coordinate)
        {
            _failover = FailoverLoop.Create(instance, State, node => LeasedSessionSource.Of(sources, node, time), _probes.WakeAll, options,
                Audit, Metrics, time, Random.Shared.NextDouble, new FencingCommand(options, instance, time), loggers.CreateLogger("HaConnect.Failover"));
            _failover.Elected += _diagnosis.Start;
            if (options.Failover.Replication.KeepSlots)
            {
                _slots = new SlotKeeper(ConfiguredNode.DataNodesOf(options), node => new OwnSessionSource(sources.ForOperator(node.Host, node.Port), time),
                    () => _failover.Acts, time, loggers.CreateLogger("HaConnect.Failover"));
            }
        }

        Cluster = new HaCluster(new SwitchoverClient(State, Operator, options, EnsureStarted, time), new ManualFailoverClient(State, Operator, options, EnsureStarted, time), new PauseClient(State, Operator, options, EnsureStarted, time), doctor,
            new CommandTrail(Audit, options.ClusterName, instance, () => State.Current, time, _logger), AuditedCommand.AskerOf(options));
        OperatorSessions = Operator;
        MetricsSessions = node => new OwnSessionSource(sources.ForMetrics(node.Host, node.Port, node.CertificateHost), time);
        PublicConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Password = null, Passfile = null }.ConnectionString;

        ISessionSource Operator(Node node) => new OwnSessionSource(sources.ForOperator(node.Host, node.Port, node.CertificateHost), time);
    }

    internal HaDatabaseOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ClusterState State { get; }

    internal NodePools Pools { get; }

    internal ConnectionOpener Opener { get; }

    internal Causality Causality { get; }

    internal OperationRunner Operations { get; }

    internal TransactionRunner Transactions { get; }

    internal TransactionCommits Commits { get; }

    internal CommandRunner Commands { get; }

    internal NotificationStream Notifications { get; }

    internal HaMetrics Metrics { get; }

    internal AuditTrail Audit { get; }

    /// <summary>Opens sessions of the control user that may write in the control database.</summary>
    internal Func<Node, ISessionSource> OperatorSessions { get; }

    /// <summary>Opens read-only sessions of the control user, or of the application's where there is none.</summary>
    internal Func<Node, ISessionSource> MetricsSessions { get; }

    /// <summary>Null where this instance only observes.</summary>
    internal FailoverLoop? Failover => _failover;

    /// <summary>Npgsql's own data source for the primary; made at its first use.</summary>
    internal NpgsqlDataSource Compatibility
    {
        get
        {
            EnsureStarted();
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposal is not null, typeof(HaDataSource));
                return (_compatibility ??= _createCompatibility()).Primary;
            }
        }
    }

    /// <summary>Cancelled at its disposal.</summary>
    internal CancellationToken Disposed { get; }

    internal HaCluster Cluster { get; }

    internal string PublicConnectionString { get; }

    internal void EnsureStarted()
    {
        if (!Volatile.Read(ref _isUsable))
            Start();
    }

    /// <summary>Whoever calls it, its task ends when all is closed.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            Volatile.Write(ref _isUsable, false);
            return new(_disposal ??= Task.Run(DisposeOnceAsync));
        }
    }

    private async Task DisposeOnceAsync()
    {
        _disposed.TrySetResult();
        await _dispose.CancelAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _started))
        {
            await StopCoordinatingAsync().ConfigureAwait(false);
            foreach (var discovery in _discoveries)
                await discovery.DisposeAsync().ConfigureAwait(false);
            await _probes.DisposeAsync().ConfigureAwait(false);
        }

        if (_slots is not null)
            await _slots.DisposeAsync().ConfigureAwait(false); // its sources are there from the beginning

        await _diagnosis.DisposeAsync().ConfigureAwait(false);
        State.Published -= OnPublished;
        await _configuration.DisposeAsync().ConfigureAwait(false);
        await Pools.DisposeAsync().ConfigureAwait(false);
        if (_compatibility is { } compatibility)
            await compatibility.DisposeAsync().ConfigureAwait(false);
        await _canceller.DisposeAsync().ConfigureAwait(false);
        Metrics.Dispose();
        _dispose.Dispose();
    }

    /// <summary>Hands coordination over; the data source goes on serving.</summary>
    internal async Task StopCoordinatingAsync()
    {
        if (_failover is not null && Volatile.Read(ref _started) && Interlocked.Exchange(ref _handedOver, true) is false)
            await _failover.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One that is still being opened at the disposal is refused: it would go back to a pool that has closed its connections, and stay open.</summary>
    private ClusterSnapshot SeenByNewConnection()
    {
        ObjectDisposedException.ThrowIf(_disposed.Task.IsCompleted, typeof(HaDataSource));
        return State.Current;
    }

    private void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, typeof(HaDataSource));
            if (_started)
                return;
            _configuration.Start();
            State.Published += OnPublished;
            _probes.Start();
            foreach (var discovery in _discoveries)
                discovery.Start();
            if (_failover is not null)
            {
                _failover.Start();
                _slots?.Start();
                _ = Task.Run(() => WarmUp.Run(_logger));
            }

            Volatile.Write(ref _started, true);
            Volatile.Write(ref _isUsable, true);
        }
    }

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        Pools.OnPublished(before, after);
        _compatibility?.OnPublished(before, after);
        TopologyLog.Write(_logger, before, after);
        _configuration.OnPublished(after);
        _loopAges.OnPublished(before, after);
    }
}
