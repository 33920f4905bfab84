using HaConnect.Audit;
using HaConnect.Commits;
using HaConnect.Connections;
using HaConnect.Consistency;
using HaConnect.Diagnostics;
using HaConnect.Doctor;
using HaConnect.Failover;
using HaConnect.Failover.Fencing;
using HaConnect.Failover.Manual;
using HaConnect.Failover.Slots;
using HaConnect.Failover.Switchover;
using HaConnect.Options;
using HaConnect.Probing;
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
    private readonly StatementCanceller _canceller;
    private readonly FailoverLoop? _failover;
    private readonly SlotKeeper? _slots;
    private readonly ElectionDiagnosis _diagnosis;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _dispose = new();
    private readonly Lock _lock = new();
    private bool _started;
    private bool _disposed;
    private bool _handedOver;

    internal HaRuntime(
        HaDatabaseOptions options, Action<NpgsqlDataSourceBuilder>? configure, Action<ResiliencePipelineBuilder, RetryStrategyOptions>? configureRetries, IEnumerable<IAuditSink> sinks, ILoggerFactory loggers, TimeProvider time)
    {
        HaDatabaseOptionsValidator.ThrowIfInvalid(options);
        Options = options;
        Disposed = _dispose.Token;
        _logger = loggers.CreateLogger("HaConnect");
        State = new ClusterState(options, time);
        Metrics = new HaMetrics(options.ClusterName, () => State.Current);
        var sources = new NodeSources(options, configure, _ => State.Current);
        Pools = new NodePools(sources.ForApplication);
        Opener = new ConnectionOpener(State, Pools, options, time, Metrics);
        _canceller = new StatementCanceller(sources.ForCancelling, time);
        Causality = new Causality(State, Opener, new TermHistories(node => new OwnSessionSource(sources.ForHistory(node.Host, node.Port), time)), options, time);
        Operations = new OperationRunner(Opener, _canceller, Causality, State, options, time, Metrics, _logger, configureRetries);
        Transactions = new TransactionRunner(Operations, options.Connections.WaitTimeout, time);
        Commands = new CommandRunner(Operations, State, new NpgsqlConnectionStringBuilder(options.ConnectionString).CommandTimeout, EnsureStarted);
        _probes = new ProbeSchedule(State, sources, options, () => _failover is { HoldsOffice: true }, time, Random.Shared.NextDouble, _logger);
        var doctor = new ClusterDoctor(sources, options, time);
        _diagnosis = new ElectionDiagnosis(doctor, loggers.CreateLogger("HaConnect.Doctor"));
        if (options.Failover.Mode == FailoverMode.Coordinate)
        {
            var coordinator = InstanceName.Create();
            _failover = FailoverLoop.Create(coordinator, State, node => new OwnSessionSource(sources.ForCoordinator(node.Host, node.Port), time), _probes.WakeAll, options,
                new AuditTrail(sinks, _logger), Metrics, time, Random.Shared.NextDouble, new FencingCommand(options, coordinator, time), loggers.CreateLogger("HaConnect.Failover"));
            _failover.Elected += _diagnosis.Start;
            if (options.Failover.Replication.KeepSlots)
            {
                _slots = new SlotKeeper(ConfiguredNode.DataNodesOf(options), node => new OwnSessionSource(sources.ForOperator(node.Host, node.Port), time),
                    () => _failover.Acts, time, loggers.CreateLogger("HaConnect.Failover"));
            }
        }

        Cluster = new HaCluster(new SwitchoverClient(State, Operator, options, EnsureStarted, time), new ManualFailoverClient(State, Operator, options, EnsureStarted, time), new PauseClient(State, Operator, options, EnsureStarted, time), doctor);
        PublicConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Password = null, Passfile = null }.ConnectionString;

        ISessionSource Operator(Node node) => new OwnSessionSource(sources.ForOperator(node.Host, node.Port), time);
    }

    internal HaDatabaseOptions Options { get; }

    internal ClusterState State { get; }

    internal NodePools Pools { get; }

    internal ConnectionOpener Opener { get; }

    internal Causality Causality { get; }

    internal OperationRunner Operations { get; }

    internal TransactionRunner Transactions { get; }

    internal CommandRunner Commands { get; }

    internal HaMetrics Metrics { get; }

    /// <summary>Cancelled at its disposal.</summary>
    internal CancellationToken Disposed { get; }

    internal HaCluster Cluster { get; }

    internal string PublicConnectionString { get; }

    internal void EnsureStarted()
    {
        if (!Volatile.Read(ref _started))
            Start();
    }

    public async ValueTask DisposeAsync()
    {
        bool started;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            started = _started;
        }

        await _dispose.CancelAsync().ConfigureAwait(false);
        if (started)
        {
            await StopCoordinatingAsync().ConfigureAwait(false);
            await _probes.DisposeAsync().ConfigureAwait(false);
        }

        if (_slots is not null)
            await _slots.DisposeAsync().ConfigureAwait(false); // its sources are there from the beginning

        await _diagnosis.DisposeAsync().ConfigureAwait(false);
        State.Published -= OnPublished;
        await Pools.DisposeAsync().ConfigureAwait(false);
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

    private void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(HaDataSource));
            if (_started)
                return;
            State.Published += OnPublished;
            _probes.Start();
            if (_failover is not null)
            {
                _failover.Start();
                _slots?.Start();
                _ = Task.Run(() => WarmUp.Run(_logger));
            }

            Volatile.Write(ref _started, true);
        }
    }

    private void OnPublished(ClusterSnapshot before, ClusterSnapshot after)
    {
        Pools.OnPublished(before, after);
        TopologyLog.Write(_logger, before, after);
    }
}
