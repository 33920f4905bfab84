using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using HaConnect.Connections;
using HaConnect.Consistency;
using Npgsql;

namespace HaConnect;

/// <summary>
/// The one door to a PostgreSQL cluster. Opens real <see cref="NpgsqlConnection"/>s: to the primary, waiting through a failover; or,
/// for reads, to a replica that is proven fresh enough. Thread-safe; one instance for the life of the application.
/// </summary>
public sealed class HaDataSource : DbDataSource
{
    private static readonly TransactionPolicy s_confirmed = new();

    private readonly HaRuntime _runtime;
    private readonly ConnectionOpener _opener;
    private readonly Causality _causality;
    private readonly UnopenedConnections _unopened;
    private readonly HaDatabaseOptions _options;
    private readonly Routing.ReadDemand _read;
    private readonly bool _readIsPlain;

    internal HaDataSource(HaRuntime runtime)
    {
        _runtime = runtime;
        _opener = runtime.Opener;
        _causality = runtime.Causality;
        _unopened = new UnopenedConnections(runtime.Opener, runtime.Pools, runtime.Causality);
        _options = runtime.Options;
        _read = Routing.ResolvedPolicy.Of(null, null, _options).Demand;
        _readIsPlain = _read.IsPlain;
        Reads = new Reading.ReadDataSource(this, policy: null);
    }

    /// <summary>The cluster as it is known now; one reference, never blocking.</summary>
    public ClusterSnapshot Snapshot => _runtime.State.Current;

    /// <summary>What an operator does with the cluster.</summary>
    public HaCluster Cluster => _runtime.Cluster;

    /// <summary>
    /// This data source for what takes a <see cref="DbDataSource"/> and only reads. Its connections are opened as by
    /// <see cref="OpenReadConnectionAsync(CancellationToken)"/>; its commands and batches run as work does in <see cref="ReadAsync{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, ReadPolicy?, CancellationToken)"/>, and must therefore not write. A write fails with
    /// SQLSTATE 25006 at a replica; at the primary, to which a read may fall back, it does not. Its <see cref="DbDataSource.CreateConnection"/> is to the node that would serve a
    /// read at that moment, and is no fresher when it is opened later; in a <see cref="CausalScope"/> it is to the primary. Output parameters of its commands are not
    /// filled. Its disposal does nothing.
    /// </summary>
    public DbDataSource Reads { get; }

    /// <summary>The connection string as configured, without passwords.</summary>
    public override string ConnectionString => _runtime.PublicConnectionString;

    /// <summary>
    /// Opens a connection to the primary. Waits while there is none, until <see cref="ConnectionsOptions.WaitTimeout"/>. Within an ambient transaction
    /// (<see cref="System.Transactions.TransactionScope"/>; not with <c>Enlist=false</c>) whatever is opened, reads too, is at the node at which that began.
    /// </summary>
    /// <exception cref="NoPrimaryException">No primary could be used in time.</exception>
    /// <exception cref="HaConnectException">
    /// The primary does not accept this application (authentication, database, TLS); or the ambient transaction began at a node that is no longer the primary, and cannot commit any more.
    /// </exception>
    public new ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken = default)
    {
        _runtime.EnsureStarted();
        return _causality.Current is { } scope ? new(_causality.OpenPrimaryAsync(scope, cancellationToken)) : _opener.OpenPrimaryAsync(cancellationToken);
    }

    /// <inheritdoc cref="OpenConnectionAsync"/>
    public new NpgsqlConnection OpenConnection() => ConnectionOpener.Wait(OpenConnectionAsync(CancellationToken.None));

    /// <summary>
    /// Opens a connection for reading, on a replica for which it is proven that everything acked more than
    /// <see cref="RoutingOptions.MaxReplicaLag"/> before this call is visible; <see cref="RoutingOptions.Fallback"/> says what happens
    /// where none is. The bound is relative to this call, not to later queries on the connection. The connection is not made
    /// read-only: on a replica a write fails with SQLSTATE 25006, after a fallback to the primary it does not. In a <see cref="CausalScope"/> it
    /// also shows what was written and read there before.
    /// </summary>
    /// <exception cref="NoReplicaException">No replica is fresh enough and the fallback forbids the primary.</exception>
    /// <exception cref="NoPrimaryException">The fallback is the primary and none could be used in time.</exception>
    /// <exception cref="CausalTokenException">What a token of the scope, or <see cref="ReadPolicy.After"/>, stands for is, or may be, lost.</exception>
    public ValueTask<NpgsqlConnection> OpenReadConnectionAsync(CancellationToken cancellationToken = default)
    {
        _runtime.EnsureStarted();
        return _causality.Current is { } scope ? _causality.OpenReadAsync(Resolve(null, scope), cancellationToken) : _opener.OpenReadAsync(_read, cancellationToken, isDefault: _readIsPlain);
    }

    /// <inheritdoc cref="OpenReadConnectionAsync(CancellationToken)"/>
    /// <param name="policy">What this read asks for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A member of the policy is out of its bounds, or its bound smaller than the probe interval can prove.</exception>
    /// <exception cref="ArgumentException">A token is given for a read that is to be eventually consistent.</exception>
    public ValueTask<NpgsqlConnection> OpenReadConnectionAsync(ReadPolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _runtime.EnsureStarted();
        return _causality.OpenReadAsync(Resolve(policy, _causality.Current), cancellationToken);
    }

    /// <inheritdoc cref="OpenReadConnectionAsync(ReadPolicy, CancellationToken)"/>
    public NpgsqlConnection OpenReadConnection(ReadPolicy? policy = null) =>
        ConnectionOpener.Wait(policy is null ? OpenReadConnectionAsync(CancellationToken.None) : OpenReadConnectionAsync(policy, CancellationToken.None));

    /// <summary>As <see cref="Reads"/>, with a policy of its own.</summary>
    /// <param name="policy">What its reads ask for.</param>
    /// <exception cref="ArgumentOutOfRangeException">A member of the policy is out of its bounds, or its bound smaller than the probe interval can prove.</exception>
    public DbDataSource ReadsWith(ReadPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Routing.ResolvedPolicy.Check(policy, _options);
        return new Reading.ReadDataSource(this, policy);
    }

    /// <summary>
    /// Begins a scope in which reads see what was written in it, and never less than was read in it: read-your-writes and monotonic reads. It is ambient
    /// for what the caller calls from now on, until it is disposed.
    /// </summary>
    /// <param name="after">Its reads also see what this stands for: the token of an earlier request, say.</param>
    /// <param name="policy">What its reads ask for where they do not say so themselves.</param>
    /// <exception cref="ArgumentOutOfRangeException">A member of the policy is out of its bounds.</exception>
    public CausalScope BeginCausalScope(CausalToken? after = null, ReadPolicy? policy = null)
    {
        Routing.ResolvedPolicy.Check(policy, _options);
        _runtime.EnsureStarted();
        return _causality.Begin(after, policy);
    }

    /// <summary>Where a read would go now, and of each node why. It opens nothing.</summary>
    /// <param name="policy">What the read asks for. Its token is heeded as far as this instance knows without asking a server.</param>
    /// <exception cref="ArgumentOutOfRangeException">A member of the policy is out of its bounds.</exception>
    /// <exception cref="ArgumentException">A token is given for a read that is to be eventually consistent.</exception>
    public RoutingExplanation ExplainRead(ReadPolicy? policy = null)
    {
        var scope = _causality.Current;
        return _opener.ExplainRead(_causality.Known(Resolve(policy, scope), scope));
    }

    /// <summary>Where a write would go now, and of each node why.</summary>
    public RoutingExplanation ExplainWrite() => Routing.RoutingExplainer.Write(Snapshot);

    /// <summary>A token for everything that was committed at the primary before this call. It asks the primary.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoPrimaryException">No primary could be asked in time.</exception>
    public Task<CausalToken> CaptureTokenAsync(CancellationToken cancellationToken = default)
    {
        _runtime.EnsureStarted();
        return _causality.CaptureAsync(cancellationToken);
    }

    /// <summary>
    /// Runs work at the primary: waits through a failover, and repeats what is safe to repeat, until
    /// <see cref="ConnectionsOptions.WaitTimeout"/>. Work that hangs on a node which is no longer the primary is abandoned: its token
    /// is cancelled, its connection closed, and, where it is idempotent, it is run again at the new primary. It must therefore use
    /// nothing but the connection and the token it is given.
    /// </summary>
    /// <param name="work">
    /// The work; it must not close the connection, and not use it after it has ended. Its token is not <paramref name="cancellationToken"/>: it
    /// is cancelled later, and never while a commit waits for a synchronous standby. Give Npgsql that one.
    /// </param>
    /// <param name="kind">Whether it may be repeated where its outcome is not known, or at all. In an ambient transaction it is not repeated, since the rest of that is lost.</param>
    /// <param name="cancellationToken">
    /// Ends the wait for a primary, and the work: a statement that runs is cancelled at the server; a commit that waits for a synchronous
    /// standby is left to wait, and its connection with it.
    /// </param>
    /// <exception cref="CommitOutcomeUnknownException">
    /// The connection was lost midway, or the commit's wait for a synchronous standby was cancelled, and the work is not declared idempotent;
    /// or <paramref name="cancellationToken"/> was cancelled while it waited so, or while nothing could be learnt of it.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled, and what ran then was not applied.</exception>
    /// <exception cref="NoPrimaryException">No primary could be used in time.</exception>
    public Task<T> ExecuteAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, WorkKind kind, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind must be Write, IdempotentWrite or Never.");
        _runtime.EnsureStarted();
        var request = OperationRequest.Of(kind == WorkKind.IdempotentWrite && _opener.Transaction is not null ? WorkKind.Write : kind); // a lost transaction is not repeated in part
        return _runtime.Operations.RunAsync(work, request, cancellationToken);
    }

    /// <inheritdoc cref="ExecuteAsync{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, WorkKind, CancellationToken)"/>
    public Task<T> ExecuteAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken = default) =>
        ExecuteAsync(work, WorkKind.Write, cancellationToken);

    /// <inheritdoc cref="ExecuteAsync{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, WorkKind, CancellationToken)"/>
    public Task ExecuteAsync(Func<NpgsqlConnection, CancellationToken, Task> work, WorkKind kind, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return ExecuteAsync(
            async (connection, token) =>
            {
                await work(connection, token).ConfigureAwait(false);
                return true;
            },
            kind, cancellationToken);
    }

    /// <inheritdoc cref="ExecuteAsync{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, WorkKind, CancellationToken)"/>
    public Task ExecuteAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken = default) =>
        ExecuteAsync(work, WorkKind.Write, cancellationToken);

    /// <summary>
    /// Runs work as one transaction at the primary: begins it, and commits it so that a success is confirmed. What fails before its COMMIT is certainly not applied, and is repeated where it is
    /// worth it: a lost connection or node, a serialization failure, a deadlock. What is done where the outcome of COMMIT is lost, <see cref="TransactionPolicy.Guarantee"/> says.
    /// </summary>
    /// <param name="work">
    /// The work. It must not end the transaction, begin another one or close the connection; an exception rolls the transaction back. It may be run again, and must then apply nothing twice outside of
    /// it: it uses nothing but the connection and the token it is given.
    /// </param>
    /// <param name="policy">How; null for a confirmed commit of a <see cref="WorkKind.Write"/>.</param>
    /// <param name="cancellationToken">As of <see cref="ExecuteAsync{T}(Func{NpgsqlConnection, CancellationToken, Task{T}}, WorkKind, CancellationToken)"/>; what it ends before COMMIT is not applied.</param>
    /// <exception cref="CommitOutcomeUnknownException">The outcome of COMMIT was lost, or given up by the caller, and could not be asked for, or was not to be.</exception>
    /// <exception cref="HaConnectException">It was not applied, and there was no time left to repeat it; or <c>haconnect.commit_token</c> cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The work has ended its transaction; or there is an ambient transaction.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled, and it was not applied.</exception>
    /// <exception cref="NoPrimaryException">No primary could be used in time.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A member of the policy is not defined.</exception>
    public Task<T> ExecuteInTransactionAsync<T>(
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task<T>> work, TransactionPolicy? policy = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        policy ??= s_confirmed;
        TransactionPolicy.Check(policy);
        _runtime.EnsureStarted();
        if (_opener.Transaction is not null)
            throw new InvalidOperationException("ExecuteInTransactionAsync begins a transaction of its own, and this is called in an ambient one. Use ExecuteAsync here, or call it outside of the TransactionScope (or in one with TransactionScopeOption.Suppress).");
        return _runtime.Transactions.RunAsync(work, policy, cancellationToken);
    }

    /// <summary>
    /// Runs work that only reads, where <see cref="OpenReadConnectionAsync(ReadPolicy, CancellationToken)"/> would, and repeats it, elsewhere if need be, until
    /// <see cref="ConnectionsOptions.WaitTimeout"/>: where its connection or its node is lost, and where the server cancelled it with an error that
    /// Npgsql calls transient, as a replica does whose replay it is in the way of (SQLSTATE 40001).
    /// </summary>
    /// <param name="work">
    /// The work; it must not write, since it may be run again, and must use nothing but the connection and the token it is given. It must not close the
    /// connection. Where it is hedged (<see cref="RoutingOptions.HedgeAfter"/>) it can run twice at the same time.
    /// </param>
    /// <param name="policy">What it asks for; null for what the scope, or the options, say.</param>
    /// <param name="cancellationToken">Ends the wait, and the work: a statement that runs is cancelled at the server.</param>
    /// <exception cref="NoReplicaException">No replica is fresh enough and the fallback forbids the primary.</exception>
    /// <exception cref="NoPrimaryException">The fallback is the primary and none could be used in time.</exception>
    /// <exception cref="HaConnectException">Its node was lost, and there was no time left to repeat it.</exception>
    /// <exception cref="CausalTokenException">What a token of the scope, or <see cref="ReadPolicy.After"/>, stands for is, or may be, lost.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, ReadPolicy? policy = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunReadAsync(work, policy, timeout: null, handsConnectionOver: false, cancellationToken);
    }

    internal Task<T> RunReadAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, ReadPolicy? policy, TimeSpan? timeout, bool handsConnectionOver, CancellationToken cancellationToken)
    {
        _runtime.EnsureStarted();
        var kind = _opener.Transaction is null ? WorkKind.IdempotentWrite : WorkKind.Never; // on another session it would not see the transaction's own writes
        return _runtime.Operations.RunAsync(work, new OperationRequest(kind, timeout, handsConnectionOver, Resolve(policy, _causality.Current)), cancellationToken);
    }

    /// <summary>
    /// Listens to channels at the primary (<c>LISTEN</c>), over a connection of its own, and goes on at the new one after a failover, or when the connection is lost. The first
    /// element, and one each time that it begins anew, is a signal that notifications may have been missed
    /// (<see cref="HaNotification.MissedSince"/>): who reads the state that they tell of after each signal misses nothing. Until it has begun it waits for a primary as
    /// <see cref="OpenConnectionAsync"/> does, and later for as long as it takes. Notifications that are not taken wait at the server, in its one queue for all
    /// databases: take them soon. It ends with the data source.
    /// </summary>
    /// <param name="channels">The channels, at least one, as they are to be notified: no quotes, case matters; each 63 bytes of UTF-8 at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">There is no channel, or PostgreSQL cannot have one of that name.</exception>
    /// <exception cref="NoPrimaryException">No primary could be used in time.</exception>
    /// <exception cref="HaConnectException">The primary does not accept this application.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public IAsyncEnumerable<HaNotification> ListenAsync(IEnumerable<string> channels, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channels);
        var listen = Listening.ListenStatement.Build(channels);
        _runtime.EnsureStarted();
        return _runtime.Notifications.RunAsync(listen, cancellationToken);
    }

    /// <inheritdoc cref="ListenAsync(IEnumerable{string}, CancellationToken)"/>
    /// <param name="channel">The channel, as it is to be notified: no quotes, case matters; 63 bytes of UTF-8 at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<HaNotification> ListenAsync(string channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return ListenAsync([channel], cancellationToken);
    }

    /// <summary>
    /// The cluster now, and again each time that its topology changes: the primary, its term, who is there in which role, whether commits wait, whether writes are
    /// held or refused. Who is slow to take them gets the newest only. It ends with the data source.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<ClusterSnapshot> WatchAsync(CancellationToken cancellationToken = default)
    {
        _runtime.EnsureStarted();
        return Topology.TopologyWatch.RunAsync(_runtime.State, _runtime.Disposed, cancellationToken);
    }

    /// <summary>
    /// An unopened connection to the node that is the primary now. Unlike <see cref="OpenConnectionAsync"/> its Open cannot wait
    /// through a failover.
    /// </summary>
    /// <exception cref="NoPrimaryException">There is no primary now, or writes to it are refused (<see cref="FailoverOptions.WithoutMajority"/>).</exception>
    public new NpgsqlConnection CreateConnection()
    {
        _runtime.EnsureStarted();
        return _unopened.ForPrimary();
    }

    /// <summary>A command that opens a connection to the primary when it is executed, waiting like <see cref="OpenConnectionAsync"/>.</summary>
    public new HaCommand CreateCommand(string? commandText = null) => new(_runtime.Commands, commandText);

    /// <summary>A batch that opens a connection to the primary when it is executed, waiting like <see cref="OpenConnectionAsync"/>.</summary>
    public new HaBatch CreateBatch() => new(_runtime.Commands);

    /// <summary>For what is built upon it: an object-relational mapper, a page that shows it.</summary>
    internal HaRuntime Runtime => _runtime;

    internal int DefaultCommandTimeout => _runtime.Commands.DefaultTimeout;

    /// <summary>Npgsql's own data source for the primary, see <see cref="Microsoft.Extensions.DependencyInjection.HaDatabaseBuilder.AddNpgsqlCompatibility"/>.</summary>
    internal NpgsqlDataSource Compatibility => _runtime.Compatibility;

    /// <summary>For <see cref="Reads"/>.</summary>
    internal NpgsqlConnection CreateReadConnection(ReadPolicy? policy)
    {
        _runtime.EnsureStarted();
        return _unopened.ForRead(Resolve(policy, _causality.Current));
    }

    /// <summary>Likewise, to connect past its pools; the configured one while there is no primary. Without passwords.</summary>
    internal string ConnectionStringOfPrimary => Snapshot.PrimaryNode is { } primary ? _runtime.Pools[primary].Source.ConnectionString : ConnectionString;

    /// <inheritdoc cref="UnopenedConnections.ForMapper"/>
    internal UnopenedConnection CreateForMapper(ReadPolicy? reads)
    {
        _runtime.EnsureStarted();
        return _unopened.ForMapper(reads is null ? null : Resolve(reads, _causality.Current)) ?? new UnopenedConnection(Compatibility.CreateConnection(), null);
    }

    /// <summary>The name of the node that a connection leads to, and the pool it came from.</summary>
    internal (string Node, NpgsqlDataSource Source) PoolOf(NpgsqlConnection connection)
    {
        var node = Snapshot.Nodes.First(n => n.Node.IsAt(connection.Host, connection.Port));
        return (node.Name, _runtime.Pools[node.Node].Source);
    }

    /// <summary>Starts watching the cluster, where no host has done so; any use does the same.</summary>
    internal void Start() => _runtime.EnsureStarted();

    /// <summary>Ends with the next snapshot.</summary>
    internal Task NextChange => _runtime.State.NextChange;

    /// <summary>Hands coordination over, as a host does when it stops, and goes on serving.</summary>
    internal Task HandOverAsync() => _runtime.StopCoordinatingAsync();

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => CreateConnection();

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand(string? commandText = null) => CreateCommand(commandText);

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => CreateBatch();

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection() => OpenConnection();

    /// <inheritdoc/>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        var opening = OpenConnectionAsync(cancellationToken);
        return opening.IsCompletedSuccessfully ? new(opening.Result) : AwaitAsync(opening);

        static async ValueTask<DbConnection> AwaitAsync(ValueTask<NpgsqlConnection> opening) => await opening.ConfigureAwait(false);
    }

    /// <summary>Stops watching, hands over coordination at once, and closes all idle connections.</summary>
    [SuppressMessage("Usage", "CA2215:Dispose methods should call base class dispose", Justification = "DbDataSource's own does nothing but call this.")]
    protected override async ValueTask DisposeAsyncCore() => await _runtime.DisposeAsync().ConfigureAwait(false);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _runtime.DisposeAsync().AsTask().GetAwaiter().GetResult(); // DbDataSource demands a synchronous Dispose
    }

    private Routing.ResolvedPolicy Resolve(ReadPolicy? policy, CausalScope? scope) => Routing.ResolvedPolicy.Of(policy, scope?.Policy, _options);
}
