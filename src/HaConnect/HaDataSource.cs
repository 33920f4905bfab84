using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using HaConnect.Connections;
using Npgsql;

namespace HaConnect;

/// <summary>
/// The one door to a PostgreSQL cluster. Opens real <see cref="NpgsqlConnection"/>s: to the primary, waiting through a failover; or,
/// for reads, to a replica that is proven fresh enough. Thread-safe; one instance for the life of the application.
/// </summary>
public sealed class HaDataSource : DbDataSource
{
    private readonly HaRuntime _runtime;
    private readonly ConnectionOpener _opener;
    private readonly HaDatabaseOptions _options;

    internal HaDataSource(HaRuntime runtime)
    {
        _runtime = runtime;
        _opener = runtime.Opener;
        _options = runtime.Options;
    }

    /// <summary>The cluster as it is known now; one reference, never blocking.</summary>
    public ClusterSnapshot Snapshot => _runtime.State.Current;

    /// <summary>What an operator does with the cluster.</summary>
    public HaCluster Cluster => _runtime.Cluster;

    /// <summary>The connection string as configured, without passwords.</summary>
    public override string ConnectionString => _runtime.PublicConnectionString;

    /// <summary>
    /// Opens a connection to the primary. Waits while there is none, until <see cref="ConnectionsOptions.WaitTimeout"/>.
    /// </summary>
    /// <exception cref="NoPrimaryException">No primary could be used in time.</exception>
    /// <exception cref="HaConnectException">The primary does not accept this application (authentication, database, TLS).</exception>
    public new ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken = default)
    {
        _runtime.EnsureStarted();
        return _opener.OpenPrimaryAsync(cancellationToken);
    }

    /// <inheritdoc cref="OpenConnectionAsync"/>
    public new NpgsqlConnection OpenConnection()
    {
        _runtime.EnsureStarted();
        return _opener.OpenPrimary();
    }

    /// <summary>
    /// Opens a connection for reading, on a replica for which it is proven that everything acked more than
    /// <see cref="RoutingOptions.MaxReplicaLag"/> before this call is visible; <see cref="RoutingOptions.Fallback"/> says what happens
    /// where none is. The bound is relative to this call, not to later queries on the connection. The connection is not made
    /// read-only: on a replica a write fails with SQLSTATE 25006, after a fallback to the primary it does not.
    /// </summary>
    /// <exception cref="NoReplicaException">No replica is fresh enough and the fallback forbids the primary.</exception>
    /// <exception cref="NoPrimaryException">The fallback is the primary and none could be used in time.</exception>
    public ValueTask<NpgsqlConnection> OpenReadConnectionAsync(CancellationToken cancellationToken = default)
    {
        _runtime.EnsureStarted();
        return _opener.OpenReadAsync(_options.Routing.MaxReplicaLag, _options.Routing.Fallback, cancellationToken);
    }

    /// <inheritdoc cref="OpenReadConnectionAsync(CancellationToken)"/>
    /// <param name="policy">What this read asks for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is smaller than the probe interval can prove.</exception>
    public ValueTask<NpgsqlConnection> OpenReadConnectionAsync(ReadPolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _runtime.EnsureStarted();
        return _opener.OpenReadAsync(BoundOf(policy), policy.Fallback ?? _options.Routing.Fallback, cancellationToken);
    }

    /// <inheritdoc cref="OpenReadConnectionAsync(CancellationToken)"/>
    public NpgsqlConnection OpenReadConnection(ReadPolicy? policy = null)
    {
        _runtime.EnsureStarted();
        return _opener.OpenRead(policy is null ? _options.Routing.MaxReplicaLag : BoundOf(policy), policy?.Fallback ?? _options.Routing.Fallback);
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
    /// <param name="kind">What may be done when the outcome of the work is not known.</param>
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
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind must be Write or IdempotentWrite.");
        _runtime.EnsureStarted();
        return _runtime.Operations.RunAsync(work, kind == WorkKind.Write ? OperationRequest.Write : OperationRequest.IdempotentWrite, cancellationToken);
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
    /// An unopened connection to the node that is the primary now. Unlike <see cref="OpenConnectionAsync"/> its Open cannot wait
    /// through a failover.
    /// </summary>
    /// <exception cref="NoPrimaryException">There is no primary now, or writes to it are refused (<see cref="FailoverOptions.WithoutMajority"/>).</exception>
    public new NpgsqlConnection CreateConnection() => PrimarySource().CreateConnection();

    /// <summary>A command that opens a connection to the primary when it is executed, waiting like <see cref="OpenConnectionAsync"/>.</summary>
    public new HaCommand CreateCommand(string? commandText = null) => new(_runtime.Commands, commandText);

    /// <summary>A batch that opens a connection to the primary when it is executed, waiting like <see cref="OpenConnectionAsync"/>.</summary>
    public new HaBatch CreateBatch() => new(_runtime.Commands);

    /// <summary>Starts watching the cluster, where no host has done so; any use does the same.</summary>
    internal void Start() => _runtime.EnsureStarted();

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

    private NpgsqlDataSource PrimarySource()
    {
        _runtime.EnsureStarted();
        var snapshot = Snapshot;
        return snapshot switch
        {
            { RefusesWrites: true, Primary: { } primary } => throw new NoPrimaryException($"{primary.Name} cannot be used as the primary now; OpenConnectionAsync would wait. {snapshot.Describe()}", snapshot, isTransient: true, null),
            { PrimaryNode: { } node } => _runtime.Pools[node].Source,
            _ => throw new NoPrimaryException($"There is no primary now; OpenConnectionAsync would wait for one. {snapshot.Describe()}", snapshot, isTransient: true, null),
        };
    }

    private TimeSpan BoundOf(ReadPolicy policy)
    {
        if (policy.MaxReplicaLag is not { } bound)
            return _options.Routing.MaxReplicaLag;
        var interval = _options.Probing.EffectiveInterval(_options.Routing.MaxReplicaLag);
        return bound >= interval * 4
            ? bound
            : throw new ArgumentOutOfRangeException(nameof(policy), bound, $"ReadPolicy.MaxReplicaLag is {bound}, which probes every {interval} (Probing.Interval) cannot prove: ask for at least {interval * 4}, or set Probing.Interval to {bound / 4} or less.");
    }
}
