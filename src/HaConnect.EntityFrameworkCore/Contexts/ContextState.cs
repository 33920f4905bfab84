using HaConnect.Connections;
using HaConnect.Consistency;
using HaConnect.Topology;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Contexts;

/// <summary>What HaConnect knows of one context. Like the context, it is used by one caller at a time.</summary>
internal sealed class ContextState(IServiceProvider services, IDbContextOptions options) : IResettableService
{
    private readonly HaOptionsExtension _extension = options.FindExtension<HaOptionsExtension>() ?? throw new InvalidOperationException("The options lack UseHaDatabase.");
    private ReadPolicy? _scope;
    private NpgsqlConnection? _unopened;
    private UnopenedConnection _openable;
    private bool _isInTransaction;
    private IRelationalConnection? _relational;

    internal HaDataSource DataSource => _extension.DataSource;

    internal HaRuntime Runtime => _extension.DataSource.Runtime;

    internal CommitGuarantee Guarantee => _extension.Guarantee;

    /// <summary>What it asks for while it only reads; null while it writes.</summary>
    internal ReadPolicy? Reads => _scope ?? _extension.Reads;

    internal bool IsReading => Reads is not null;

    /// <summary>The connection that was opened last; null once it was closed in good order.</summary>
    internal NpgsqlConnection? Connection { get; private set; }

    /// <summary>Where it leads.</summary>
    internal Node? Node { get; private set; }

    /// <summary>What the scope around it is told; null where there was none when it was opened, or where it follows the connection itself.</summary>
    internal ToldSession? Session { get; private set; }

    internal bool IsOpen => Connection is { } connection && connection.FullState.HasFlag(System.Data.ConnectionState.Open);

    /// <summary>It was opened, and is closed, but Entity Framework Core has not closed it.</summary>
    internal bool IsBroken => Connection is not null && !IsOpen;

    /// <summary>What the present attempt of an execution strategy has done; or, outside of one, what was done since the last.</summary>
    internal Retries.Attempt Attempt { get; private set; } = new();

    /// <summary>Entity Framework Core has begun one, and it has not ended.</summary>
    internal bool IsInTransaction => _isInTransaction;

    /// <summary>Asked for late: it needs the interceptors, and they need this.</summary>
    private IRelationalConnection Relational => _relational ??= services.GetRequiredService<IRelationalConnection>();

    internal void Begin(Retries.Attempt attempt) => (Attempt, _isInTransaction) = (attempt, false);

    /// <summary>What comes after an attempt is none of it.</summary>
    internal void EndAttempt() => Begin(new Retries.Attempt());

    internal void TransactionBegan() => _isInTransaction = true;

    internal void TransactionEnded() => _isInTransaction = false;

    /// <summary>What Entity Framework Core gets as its connection before it opens one. Whoever opens it by hand is at the primary, or at a replica where it reads.</summary>
    internal NpgsqlConnection CreateUnopened()
    {
        _openable = DataSource.CreateForMapper(Reads);
        return _unopened = _openable.Connection;
    }

    /// <summary>What was committed must not be repeated: not by an attempt of another context either, in which it was.</summary>
    internal void HasApplied()
    {
        Attempt.HasApplied();
        (ExecutionStrategy.Current as Retries.HaExecutionStrategy)?.AppliedWithin(this);
    }

    /// <summary>
    /// What SQL of the application's may have written outside of a transaction is committed once all of its rows have come. False where they have not: then its reader tells.
    /// </summary>
    /// <exception cref="CommitOutcomeUnknownException">The wait for a synchronous standby was cancelled.</exception>
    internal async Task<bool> HasWrittenAsync()
    {
        if (!Attempt.IsWriting)
            return true;
        if (Connection is { } connection && (connection.FullState & (System.Data.ConnectionState.Fetching | System.Data.ConnectionState.Executing)) != System.Data.ConnectionState.Closed)
            return false;
        await Attempt.HasWrittenAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>A connection that was made here and opened by hand is one of HaConnect's all the same.</summary>
    internal void Adopt()
    {
        if (_unopened is not { } byHand || !byHand.FullState.HasFlag(System.Data.ConnectionState.Open))
            return;
        var session = Runtime.Causality.Current is { } scope && (Reads is not { } policy || Routing.ResolvedPolicy.Of(policy, scope.Policy, Runtime.Options).HeedsScope) ? Runtime.Causality.Tell(scope, byHand) : null;
        (Connection, Node, Session, _unopened) = (byHand, Runtime.State.Current.NodeOf(byHand), session, null);
    }

    /// <summary>Whether the context's connection is one that was made here, or there is none.</summary>
    internal bool IsOurs() => IsOurs(Relational.DbConnection);

    /// <summary>Whether it is one that was made here, and not one that the application has set.</summary>
    internal bool IsOurs(System.Data.Common.DbConnection? connection) => connection is not null && (ReferenceEquals(connection, _unopened) || ReferenceEquals(connection, Connection));

    /// <summary>Opens a connection where one is to be opened now, and gives it to the context.</summary>
    /// <exception cref="RepeatException">A transaction was lost with the last one: Entity Framework Core would go on outside of it. Or the one that was opened was lost at once.</exception>
    /// <exception cref="HaConnectException">The application keeps the last one open, and it was lost.</exception>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        var (lost, at) = (IsBroken, Node);
        if (lost && _isInTransaction)
        {
            _isInTransaction = Attempt.IsOfStrategy; // within an attempt nothing comes after it; elsewhere the application was told
            throw new RepeatException($"The transaction at node {at?.Name} was lost with its connection, and nothing of it was applied. Begin it anew.", null);
        }

        ToldSession? session = null;
        Runtime.EnsureStarted();
        var scope = IsReading ? null : Runtime.Causality.Current;
        var opened = await OpenWhereItLeadsAsync(cancellationToken).ConfigureAwait(false);
        if (scope is not null)
            session = Runtime.Causality.Tell(scope, opened);
        try
        {
            Set(opened);
        }
        catch (InvalidOperationException e)
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            if (!lost)
                throw;
            throw new HaConnectException(
                $"The connection to node {at?.Name} that Database.OpenConnection, a transaction, or a reader that is not at its end, keeps open was lost, and with it what belonged to its session. Call Database.CloseConnection (or dispose the transaction), and begin anew.",
                Runtime.State.Current, isTransient: false, e);
        }

        (Connection, Node, Session, _unopened) = (opened, Runtime.State.Current.NodeOf(opened), session, null);
    }

    private async Task<NpgsqlConnection> OpenWhereItLeadsAsync(CancellationToken cancellationToken)
    {
        var openable = _openable;
        _openable = default; // once only: where that fails it is disposed
        try
        {
            return Reads is { } policy
                ? await ReadOnlyAtThePrimaryAsync(await DataSource.OpenReadConnectionAsync(policy, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
                : await Runtime.Opener.OpenPrimaryAsync(cancellationToken, unopened: openable).ConfigureAwait(false);
        }
        catch (HaConnectException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing)
        {
            // EnsureCreated and Migrate look for just this.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(missing);
            throw;
        }
    }

    /// <summary>A replica refuses to write; the primary is asked to, for as long as the session is not given back, where Npgsql resets it.</summary>
    private async Task<NpgsqlConnection> ReadOnlyAtThePrimaryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_extension.ResetsSessions && Runtime.State.Current.PrimaryNode is { } primary && ReferenceEquals(Runtime.State.Current.NodeOf(connection), primary) && Runtime.Opener.Transaction is null)
        {
            try
            {
                var command = new NpgsqlCommand("SET default_transaction_read_only = on", connection);
                await using (command.ConfigureAwait(false))
                    await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                var isLost = e is NpgsqlException && !connection.FullState.HasFlag(System.Data.ConnectionState.Open);
                await connection.DisposeAsync().ConfigureAwait(false);
                if (!isLost)
                    throw;
                LostAt(primary, e); // one of the pool's, most likely, of which nobody had noticed
                throw new RepeatException($"The connection to node {primary.Name} was lost before anything was read.", e);
            }
        }

        return connection;
    }

    /// <summary>It was closed in good order: the next one is looked for anew.</summary>
    internal void Closed()
    {
        (Connection, Node, Session, _isInTransaction) = (null, null, null, false);
        Set(null);
    }

    /// <summary>Where its connection was lost, the node is looked after at once.</summary>
    internal void Lost(Exception error)
    {
        if (!IsBroken || Node is not { } node || error is (not NpgsqlException) or HaConnectException or RepeatException)
            return;
        LostAt(node, error);
    }

    private void LostAt(Node node, Exception error)
    {
        Runtime.Metrics.ConnectionFailed(node, error);
        Runtime.State.ReportTrouble(node);
    }

    /// <summary>
    /// Leaves the context without a connection, so that the next one is looked for anew, whoever opens it. What a failed attempt has left open is closed. Never an error: it would hide the one that is told.
    /// </summary>
    internal void Drop()
    {
        for (var tries = 0; Connection is not null && tries < 100; tries++)
        {
            try
            {
                Set(null);
                (Connection, Node, Session, _isInTransaction) = (null, null, null, false);
            }
            catch (InvalidOperationException)
            {
                Relational.Close(); // opened as often as that
            }
            catch (NpgsqlException)
            {
                return; // it is being closed at a server that does not answer; it was lost
            }
        }
    }

    /// <summary>The same, where nobody keeps it open: who does has to be told, since what belongs to its session is gone.</summary>
    internal void DropUnlessKeptOpen()
    {
        if (!IsBroken)
            return;
        try
        {
            Set(null);
            (Connection, Node, Session, _isInTransaction) = (null, null, null, false);
        }
        catch (InvalidOperationException)
        {
            // It is told where it is to be opened anew.
        }
    }

    /// <summary>Reads only, from now on, until it is disposed.</summary>
    internal IDisposable BeginReads(ReadPolicy policy)
    {
        Routing.ResolvedPolicy.Check(policy, Runtime.Options);
        Adopt();
        if (IsOpen || Relational.CurrentTransaction is not null)
            throw new InvalidOperationException("A read scope begins while the context has a connection open (Database.OpenConnection, a transaction, or a query whose rows are still being read): end that before, or use another context.");
        return new ReadScope(this, policy);
    }

    /// <summary>Whatever the last user of a pooled context has left: Entity Framework Core itself keeps its connection.</summary>
    public void ResetState()
    {
        _scope = null;
        Connection ??= _unopened;
        Drop();
        (_unopened, _openable) = (null, default);
        (Connection, Node, Session) = (null, null, null);
        EndAttempt();
    }

    public Task ResetStateAsync(CancellationToken cancellationToken = default)
    {
        ResetState();
        return Task.CompletedTask;
    }

    /// <summary>Entity Framework Core forgets the command time-out with it.</summary>
    private void Set(NpgsqlConnection? connection)
    {
        var timeout = Relational.CommandTimeout;
        Relational.SetDbConnection(connection, contextOwnsConnection: true);
        if (Relational.CommandTimeout != timeout)
            Relational.CommandTimeout = timeout;
    }

    private sealed class ReadScope : IDisposable
    {
        private readonly ContextState _state;
        private readonly ReadPolicy? _outer;
        private bool _isDisposed;

        internal ReadScope(ContextState state, ReadPolicy policy)
        {
            (_state, _outer) = (state, state._scope);
            state._scope = policy;
        }

        public void Dispose()
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _state._scope = _outer;
        }
    }
}
