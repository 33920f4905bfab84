using System.Data;
using HaConnect.Testing;
using Npgsql;
using NpgsqlTypes;

namespace HaConnect.PostgresFacts;

/// <summary>Npgsql's pools and connections: for NodePool, NodePools, ServerProcessCheck and OperationAttempt.</summary>
public sealed class NpgsqlFacts(SharedCluster shared)
{
    private readonly PostgresCluster _cluster = shared.Cluster;
    private readonly List<(ConnectionState From, ConnectionState To)> _changes = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>
    /// A handler of StateChange added to an open connection hears each Close and re-open of that connection object, and nothing of
    /// another that gets the same session from the pool: NodePool.HandOut counts by it.
    /// </summary>
    [Fact]
    public async Task StateChange_ClosedAndReopened_IsHeardOncePerChange()
    {
        await using var source = Source("state-change");
        var connection = await source.OpenConnectionAsync(Cancelled);
        var process = connection.ProcessID;
        connection.StateChange += OnStateChange;

        await connection.CloseAsync();
        await connection.OpenAsync(Cancelled);
        await connection.DisposeAsync();
        await connection.DisposeAsync();

        (ConnectionState, ConnectionState)[] expected =
            [(ConnectionState.Open, ConnectionState.Closed), (ConnectionState.Closed, ConnectionState.Open), (ConnectionState.Open, ConnectionState.Closed)];
        Assert.Equal(expected, _changes);
        await using var other = await source.OpenConnectionAsync(Cancelled);
        Assert.Equal(process, other.ProcessID);
        Assert.NotSame(connection, other);
        await other.CloseAsync();
        Assert.Equal(expected.Length, _changes.Count);
    }

    /// <summary>A connection whose session was lost leaves Open exactly once, so that NodePool's counter comes down once; the error is 57P01 or a broken stream (OperationAttempt).</summary>
    [Fact]
    public async Task StateChange_SessionTerminated_LeavesOpenOnce()
    {
        await using var source = Source("state-lost");
        var connection = await source.OpenConnectionAsync(Cancelled);
        connection.StateChange += OnStateChange;
        await _cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID}, 10000)", Cancelled);

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.ScalarAsync<int>("SELECT 1"));

        Assert.Equal(PostgresErrorCodes.AdminShutdown, Assert.IsType<PostgresException>(error).SqlState);
        Assert.False(connection.FullState.HasFlag(ConnectionState.Open));
        await connection.DisposeAsync();
        Assert.Single(_changes, c => c.From == ConnectionState.Open);
        Assert.DoesNotContain(_changes, c => c.To == ConnectionState.Open);
    }

    /// <summary>NpgsqlDataSource.Clear closes idle sessions at once and those in use when they are returned: NodePools.OnPublished.</summary>
    [Fact]
    public async Task Clear_IdleAndUsedSessions_ClosesAtOnceAndOnReturn()
    {
        await using var source = Source("clear");
        var used = await source.OpenConnectionAsync(Cancelled);
        var idle = await source.OpenConnectionAsync(Cancelled);
        await idle.CloseAsync();
        Assert.Equal(2, await SessionsAsync("clear"));

        source.Clear();

        await Until.TrueAsync("the end of the idle session", async () => await SessionsAsync("clear") == 1);
        Assert.Equal(1, await used.ScalarAsync<int>("SELECT 1"));
        await used.CloseAsync();
        await Until.TrueAsync("the end of the used session", async () => await SessionsAsync("clear") == 0);
        await using var next = await source.OpenConnectionAsync(Cancelled);
        Assert.Equal(1, await next.ScalarAsync<int>("SELECT 1"));
    }

    /// <summary>The physical connection initializer runs once per session, not per open, and its exception is what the open throws: ServerProcessCheck.</summary>
    [Fact]
    public async Task PhysicalConnectionInitializer_PooledOpens_RunsOncePerSession()
    {
        var runs = 0;
        var fails = false;
        var builder = new NpgsqlDataSourceBuilder(Settings("initializer").ConnectionString);
        builder.UsePhysicalConnectionInitializer(_ => throw new NotSupportedException(), connection =>
        {
            runs++;
            return fails ? throw new DivideByZeroException() : connection.ScalarAsync<int>("SELECT 1");
        });
        await using var source = builder.Build();

        for (var i = 0; i < 3; i++)
            await (await source.OpenConnectionAsync(Cancelled)).DisposeAsync();
        Assert.Equal(1, runs);

        source.Clear();
        fails = true;
        await Assert.ThrowsAsync<DivideByZeroException>(async () => await source.OpenConnectionAsync(Cancelled));
        Assert.Equal(2, runs);
        await Until.TrueAsync("no session is left", async () => await SessionsAsync("initializer") == 0);
    }

    /// <summary>An open from a pool with an idle session is done synchronously: the hot path of ConnectionOpener.</summary>
    [Fact]
    public async Task OpenConnection_IdleSessionInThePool_IsDoneAtOnce()
    {
        await using var source = Source("at-once");
        await (await source.OpenConnectionAsync(Cancelled)).DisposeAsync();

        var opening = source.OpenConnectionAsync(Cancelled);

        Assert.True(opening.IsCompletedSuccessfully);
        await (await opening).DisposeAsync();
    }

    /// <summary>An exhausted pool says so in words only, which OpenErrors looks for: it says nothing about the node.</summary>
    [Fact]
    public async Task OpenConnection_PoolExhausted_SaysSo()
    {
        await using var source = NpgsqlDataSource.Create(Settings("exhausted", s => { s.MaxPoolSize = 1; s.Timeout = 1; }).ConnectionString);
        await using var only = await source.OpenConnectionAsync(Cancelled);

        var error = await Assert.ThrowsAsync<NpgsqlException>(async () => await source.OpenConnectionAsync(Cancelled));

        Assert.Contains("connection pool has been exhausted", error.Message, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    /// <summary>Adding one kept delegate to StateChange allocates nothing: NodePool counts on the hot path.</summary>
    [Fact]
    public async Task StateChange_KeptDelegate_AllocatesNothing()
    {
        await using var source = Source("allocation");
        StateChangeEventHandler kept = OnStateChange;
        await using var first = await source.OpenConnectionAsync(Cancelled);
        await using var second = await source.OpenConnectionAsync(Cancelled);
        first.StateChange += kept;

        var before = GC.GetAllocatedBytesForCurrentThread();
        second.StateChange += kept;

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>A data source that loads no types, which saves a session's first round trip, still reads arrays, positions and timestamps: NodeSources, RecordReader.</summary>
    [Fact]
    public async Task TypeLoading_Off_ReadsWhatTheLibraryReads()
    {
        var builder = new NpgsqlDataSourceBuilder(Settings("no-types").ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        await using var source = builder.Build();
        await using var session = await source.OpenConnectionAsync(Cancelled);

        Assert.Equal(["n1", "n2"], (await session.ScalarAsync<string[]>("SELECT ARRAY['n1', 'n2']"))!);
        Assert.Equal(new NpgsqlLogSequenceNumber(40), await session.ScalarAsync<NpgsqlLogSequenceNumber>("SELECT $1::pg_lsn", new NpgsqlLogSequenceNumber(40)));
        Assert.Equal(DateTimeKind.Utc, (await session.ScalarAsync<DateTime>("SELECT pg_postmaster_start_time()")).Kind);
    }

    /// <summary>
    /// CommitAsync of a transaction in which a statement failed returns success, though the server has rolled it back: it looks at the
    /// answer's kind only. CommitConfirmedAsync puts a statement before its COMMIT, which fails then, and COMMIT as a command ends the
    /// transaction object like CommitAsync.
    /// </summary>
    [Fact]
    public async Task CommitAsync_FailedTransaction_ReturnsSuccessWhereAStatementBeforeItFails()
    {
        await using var source = Source("failed-transaction");
        await using var connection = await source.OpenConnectionAsync(Cancelled);
        await using (var transaction = await FailAsync())
            await transaction.CommitAsync(Cancelled);
        await using (var transaction = await FailAsync())
        {
            await using var batch = Commit();
            var error = await Assert.ThrowsAsync<PostgresException>(() => batch.ExecuteNonQueryAsync(Cancelled));
            Assert.Equal(PostgresErrorCodes.InFailedSqlTransaction, error.SqlState);
        }

        await using (var transaction = await connection.BeginTransactionAsync(Cancelled))
        {
            await using var batch = Commit();
            await batch.ExecuteNonQueryAsync(Cancelled);
            await Assert.ThrowsAsync<InvalidOperationException>(() => transaction.CommitAsync(Cancelled));
        }

        NpgsqlBatch Commit() => new(connection) { BatchCommands = { new NpgsqlBatchCommand("SELECT 1"), new NpgsqlBatchCommand("COMMIT") } };

        async Task<NpgsqlTransaction> FailAsync()
        {
            var transaction = await connection.BeginTransactionAsync(Cancelled);
            await Assert.ThrowsAsync<PostgresException>(() => connection.ScalarAsync<int>("SELECT 1 / 0"));
            return transaction;
        }
    }

    private void OnStateChange(object sender, StateChangeEventArgs change) => _changes.Add((change.OriginalState, change.CurrentState));

    private NpgsqlDataSource Source(string application) => NpgsqlDataSource.Create(Settings(application).ConnectionString);

    private NpgsqlConnectionStringBuilder Settings(string application, Action<NpgsqlConnectionStringBuilder>? configure = null) => _cluster.Settings("n1", configure: s =>
    {
        s.Pooling = true;
        s.ApplicationName = application;
        configure?.Invoke(s);
    });

    private async Task<long> SessionsAsync(string application) =>
        await _cluster["n1"].ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{application}'", Cancelled);
}
