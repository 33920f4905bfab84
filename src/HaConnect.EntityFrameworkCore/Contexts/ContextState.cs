using HaConnect.Connections;
using HaConnect.Consistency;
using HaConnect.Topology;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace HaConnect.EntityFrameworkCore.Contexts;

/// <summary>What HaConnect knows of one context. Like the context, it is used by one caller at a time.</summary>
internal sealed class ContextState(ICurrentDbContext current, IDbContextOptions options) : IResettableService
{
    private readonly HaOptionsExtension _extension = options.FindExtension<HaOptionsExtension>() ?? throw new InvalidOperationException("The options lack UseHaDatabase.");
    private ReadPolicy? _scope;
    private NpgsqlConnection? _unopened;
    private bool _isInTransaction;

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

    /// <summary>It was opened, and is closed, but nobody closed it.</summary>
    internal bool IsBroken => Connection is not null && !IsOpen;

    /// <summary>What the present attempt of an execution strategy has done; or, outside of one, what was done since the last.</summary>
    internal Retries.Attempt Attempt { get; private set; } = new();

    private DatabaseFacade Database => current.Context.Database;

    internal void Begin(Retries.Attempt attempt) => (Attempt, _isInTransaction) = (attempt, false);

    /// <summary>What comes after an attempt is none of it.</summary>
    internal void EndAttempt() => Begin(new Retries.Attempt());

    internal void TransactionBegan() => _isInTransaction = true;

    internal void TransactionEnded() => _isInTransaction = false;

    /// <summary>What Entity Framework Core gets as its connection before it opens one. Whoever opens it by hand is at the primary, or at a replica where it reads.</summary>
    internal NpgsqlConnection CreateUnopened() => _unopened = DataSource.CreateForMapper(Reads);

    /// <summary>Whether it is one that was made here, and not one that the application has set.</summary>
    internal bool IsOurs(System.Data.Common.DbConnection? connection) => connection is not null && (ReferenceEquals(connection, _unopened) || ReferenceEquals(connection, Connection));

    /// <summary>Opens a connection where one is to be opened now, and gives it to the context.</summary>
    /// <exception cref="RepeatException">A transaction was lost with the last one: Entity Framework Core would go on outside of it.</exception>
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
                $"The connection to node {at?.Name} that Database.OpenConnection or a transaction keeps open was lost, and with it what belonged to its session. Call Database.CloseConnection (or dispose the transaction), and begin anew.",
                Runtime.State.Current, isTransient: false, e);
        }

        (Connection, Node, Session, _unopened) = (opened, Runtime.State.Current.NodeOf(opened), session, null);
    }

    private async Task<NpgsqlConnection> OpenWhereItLeadsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Reads is { } policy
                ? await DataSource.OpenReadConnectionAsync(policy, cancellationToken).ConfigureAwait(false)
                : await Runtime.Opener.OpenPrimaryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HaConnectException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing)
        {
            // EnsureCreated and Migrate look for just this.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(missing);
            throw;
        }
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
        Runtime.Metrics.ConnectionFailed(node, error);
        Runtime.State.ReportTrouble(node);
    }

    /// <summary>
    /// Forgets a connection that was lost, so that the next one is looked for anew, whoever opens it. What the failed attempt has left open is closed. Never an error: it would hide the
    /// one that is told.
    /// </summary>
    internal void Forget()
    {
        for (var tries = 0; IsBroken && tries < 100; tries++)
        {
            try
            {
                Set(null);
                (Connection, Node, Session) = (null, null, null);
            }
            catch (InvalidOperationException)
            {
                Database.CloseConnection(); // opened as often as that
            }
        }
    }

    /// <summary>Reads only, from now on, until it is disposed.</summary>
    internal IDisposable BeginReads(ReadPolicy policy)
    {
        Routing.ResolvedPolicy.Check(policy, Runtime.Options);
        if (IsOpen || Database.CurrentTransaction is not null)
            throw new InvalidOperationException("A read scope begins while the context has a connection open (Database.OpenConnection, a transaction, or a query whose rows are still being read): end that before, or use another context.");
        return new ReadScope(this, policy);
    }

    public void ResetState()
    {
        // Entity Framework Core keeps the connection object of a pooled context. It has to be known again, or it would be opened where it led then, and committed past us.
        for (var tries = 0; IsOpen && tries < 100; tries++)
            Database.CloseConnection(); // opened as often as that, and left so
        (Connection, Node, _unopened) = (null, null, Connection ?? _unopened);
        (_scope, Session) = (null, null);
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
        var timeout = Database.GetCommandTimeout();
        Database.SetDbConnection(connection, contextOwnsConnection: true);
        if (Database.GetCommandTimeout() != timeout)
            Database.SetCommandTimeout(timeout);
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
