using System.Data;
using HaConnect.Commits;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>
/// What Npgsql makes of a commit that waits for a synchronous standby: for NodeSources (Cancellation Timeout), CommitWatch (the
/// notice), OwnSession and OperationAttempt (deadlines from outside), AbandonedCommit and Confirmation.
/// </summary>
[Collection(CutOffGroup.Name)]
public sealed class CommitFacts(CutOffCluster shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>
    /// By default a command timeout in the wait, and a token whatever the Cancellation Timeout, return success on an open connection;
    /// the only trace is notice 01000 of SyncRepWaitForLSN. The row is local only.
    /// </summary>
    [Theory]
    [InlineData(Way.Command, false)]
    [InlineData(Way.Transaction, false)]
    [InlineData(Way.Batch, false)]
    [InlineData(Way.SynchronousCommand, false)]
    [InlineData(Way.SynchronousCommit, false)]
    [InlineData(Way.Command, true)]
    [InlineData(Way.Transaction, true)]
    [InlineData(Way.Batch, true)]
    public async Task Commit_TimeoutOrTokenInTheWait_ReturnsSuccessWithANotice(Way way, bool byToken)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: 2000, byToken ? 0 : 1);
        var notices = Listen(session);
        using var source = new CancellationTokenSource();
        var commit = CommitAsync(session, id, way, source.Token);
        await shared.WaitsAsync(session);
        if (byToken)
            await source.CancelAsync();

        await Until.EndsAsync(commit);

        Assert.Equal(ConnectionState.Open, session.FullState);
        Assert.Contains(notices, n => n is { SqlState: "01000", Routine: "SyncRepWaitForLSN" });
        Assert.True(await shared.IsVisibleAsync(id));
    }

    /// <summary>
    /// With Cancellation Timeout = -1 a token in the wait is a race: where the server answers the cancel request first it is a success with
    /// the notice all the same, else an exception and a closed connection. The row is there either way: hence CommitWatch, and "unknown" for what was cancelled.
    /// </summary>
    [Theory]
    [InlineData(Way.Command)]
    [InlineData(Way.Transaction)]
    [InlineData(Way.Batch)]
    public async Task Commit_TokenInTheWaitWithoutCancellationTimeout_IsAFalseSuccessOrAnException(Way way)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var notices = Listen(session);
        using var source = new CancellationTokenSource();
        var commit = CommitAsync(session, id, way, source.Token);
        await shared.WaitsAsync(session);
        await source.CancelAsync();

        var error = await Record.ExceptionAsync(() => Until.EndsAsync(commit));

        if (error is null)
        {
            Assert.Equal(ConnectionState.Open, session.FullState);
            Assert.Contains(notices, n => n is { SqlState: "01000", Routine: "SyncRepWaitForLSN" });
        }
        else
        {
            Assert.IsAssignableFrom<OperationCanceledException>(error);
            Assert.False(session.FullState.HasFlag(ConnectionState.Open));
        }

        await Until.TrueAsync("the row", () => shared.IsVisibleAsync(id));
    }

    /// <summary>With Cancellation Timeout = -1 a command timeout in the wait is an exception and a closed connection, as NodeSources.ForApplication wants it.</summary>
    [Theory]
    [InlineData(Way.Command)]
    [InlineData(Way.Transaction)]
    [InlineData(Way.Batch)]
    [InlineData(Way.SynchronousCommand)]
    [InlineData(Way.SynchronousCommit)]
    public async Task Commit_TimeoutInTheWaitWithoutCancellationTimeout_FailsAndCloses(Way way)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 1);

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(CommitAsync(session, id, way, CancellationToken.None)));

        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.False(session.FullState.HasFlag(ConnectionState.Open));
        await Until.TrueAsync("the row", () => shared.IsVisibleAsync(id)); // Npgsql still sent a cancel request: an unknown outcome, not a failure
    }

    /// <summary>A cancel by somebody else is a success with the same notice: CommitWatch listens for it.</summary>
    [Theory]
    [InlineData(Way.Command)]
    [InlineData(Way.Transaction)]
    [InlineData(Way.Batch)]
    public async Task Commit_CancelledByAnotherSession_ReturnsSuccessWithANotice(Way way)
    {
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var notices = Listen(session);
        var commit = CommitAsync(session, shared.NextId(), way, CancellationToken.None);
        await shared.WaitsAsync(session);

        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_cancel_backend({session.ProcessID})", Cancelled);

        await Until.EndsAsync(commit);
        Assert.Contains(notices, n => n is { SqlState: "01000", Routine: "SyncRepWaitForLSN" });
    }

    /// <summary>A commit that is left from outside, its connection then closed, releases nothing: the server waits on and nobody sees the row.</summary>
    [Fact]
    public async Task Close_CommitInTheWait_ReturnsAndTheServerWaitsOn()
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var process = session.ProcessID;
        var commit = CommitAsync(session, id, Way.Transaction, CancellationToken.None);
        await shared.WaitsAsync(session);

        await Until.EndsAsync(session.CloseAsync());

        await Assert.ThrowsAnyAsync<Exception>(() => Until.EndsAsync(commit));
        Assert.True(await shared.Cluster["n1"].WaitsForStandbyAsync(process));
        Assert.False(await shared.IsVisibleAsync(id));
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
    }

    /// <summary>
    /// CloseAsync does not end while a command runs, and both may fail in any way then: OwnSession abandons such a session and closes it
    /// when its statement has ended at last.
    /// </summary>
    [Fact]
    public async Task Close_CommandInTheWait_DoesNotReturnBeforeTheCommand()
    {
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var process = session.ProcessID;
        var insert = session.ExecuteAsync(CutOffCluster.Insert(shared.NextId()));
        await shared.WaitsAsync(session);

        var close = Task.Run(session.CloseAsync, Cancelled);

        Assert.True(await Until.StillRunsAsync(close, Patience));
        Assert.False(insert.IsCompleted);
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
        await Assert.ThrowsAnyAsync<Exception>(() => Until.EndsAsync(insert)); // even ArgumentOutOfRangeException has been seen
        Assert.False(await Until.StillRunsAsync(close, Until.Deadline));
        _ = close.Exception;
    }

    /// <summary>
    /// A session that is terminated in the wait is an error on these ways too (CutOffFacts has a command's), never a success; the row becomes visible all the same. Hence
    /// CommitOutcomeUnknownException for a lost connection, and AbandonedCommit, which ends a session that cannot be closed.
    /// </summary>
    [Theory]
    [InlineData(Way.Transaction)]
    [InlineData(Way.Batch)]
    public async Task Commit_SessionTerminatedInTheWait_FailsAndTheRowIsVisible(Way way)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var commit = CommitAsync(session, id, way, CancellationToken.None);
        await shared.WaitsAsync(session);

        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({session.ProcessID})", Cancelled);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(commit));
        Assert.False(session.FullState.HasFlag(ConnectionState.Open));
        await Until.TrueAsync("the row", () => shared.IsVisibleAsync(id));
    }

    /// <summary>statement_timeout does not end the wait of a COMMIT either (CutOffFacts has a command's): it cannot serve as its deadline.</summary>
    [Fact]
    public async Task Commit_StatementTimeout_WaitsOn()
    {
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        await session.ExecuteAsync("SET statement_timeout = 100");
        var process = session.ProcessID;
        var commit = CommitAsync(session, shared.NextId(), Way.Transaction, CancellationToken.None);
        await shared.WaitsAsync(session);

        Assert.True(await Until.StillRunsAsync(commit, Patience));

        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(commit));
    }

    /// <summary>Leaving a task alone from outside changes nothing on the server, whatever it runs: the wait goes on and nobody sees the row.</summary>
    [Theory]
    [InlineData(Way.Command)]
    [InlineData(Way.Transaction)]
    [InlineData(Way.Batch)]
    public async Task WaitAsync_GivenUpFromOutside_TheServerWaitsOn(Way way)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var process = session.ProcessID;
        var commit = CommitAsync(session, id, way, CancellationToken.None);
        await shared.WaitsAsync(session);

        await Assert.ThrowsAsync<TimeoutException>(() => commit.WaitAsync(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancelled));

        Assert.True(await shared.Cluster["n1"].WaitsForStandbyAsync(process));
        Assert.False(await shared.IsVisibleAsync(id));
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(commit));
    }

    /// <summary>
    /// A pooled connection cannot be closed while its commit waits: CloseAsync throws, and so would an <c>await using</c>, whose exception
    /// hides the one before. Hence CommitConfirmedAsync ends the session at the server.
    /// </summary>
    [Fact]
    public async Task Close_PooledConnectionWhoseCommitWaits_Throws()
    {
        await using var source = NpgsqlDataSource.Create(shared.Cluster.Settings("n1", configure: s => s.Pooling = true).ConnectionString);
        await using var session = await source.OpenConnectionAsync(Cancelled);
        var process = session.ProcessID;
        var commit = CommitAsync(session, shared.NextId(), Way.Transaction, CancellationToken.None);
        await shared.WaitsAsync(session);

        await Assert.ThrowsAsync<NpgsqlOperationInProgressException>(session.CloseAsync);

        Assert.False(commit.IsCompleted);
        Assert.True(await shared.Cluster["n1"].WaitsForStandbyAsync(process));
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(commit));
        await session.CloseAsync();
    }

    /// <summary>
    /// An autocommit INSERT … RETURNING: a reader can have its first rows before the commit's wait begins, and the notice comes in its
    /// disposal. A handler of ReaderClosed that throws makes the disposal throw: HaCommand and HaBatch rest on both.
    /// </summary>
    [Fact]
    public async Task Reader_RowsOfAWriteWhoseWaitIsCancelled_CanBeReadBeforeTheNoticeAndItsDisposalCanThrow()
    {
        var last = -100 * shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var process = session.ProcessID;
        var notices = Listen(session);
        await using var insert = new NpgsqlCommand($"INSERT INTO written SELECT generate_series({last - 49}, {last}) RETURNING repeat('x', 1000)", session);
        var reader = await Until.EndsAsync(insert.ExecuteReaderAsync(CancellationToken.None)); // the server sends what does not fit its buffer of 8 kB
        Assert.True(await Until.EndsAsync(reader.ReadAsync(CancellationToken.None)));
        await Until.TrueAsync("the wait for a standby", () => shared.Cluster["n1"].WaitsForStandbyAsync(process));
        Assert.Empty(notices);
        reader.ReaderClosed += (_, _) => throw new InvalidOperationException(notices.Count == 0 ? "no notice" : notices[0].Routine);
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_cancel_backend({process})", Cancelled);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Until.EndsAsync(reader.DisposeAsync().AsTask()));

        Assert.Equal("SyncRepWaitForLSN", error.Message);
    }

    /// <summary>
    /// What StatementCanceller asks: a commit that waits for a standby is told and left alone; a statement that runs is cancelled; an idle
    /// session is told. The role that runs them may ask without any grant.
    /// </summary>
    [Fact]
    public async Task CancelStatement_WaitingRunningIdle_IsToldAndOnlyWhatRunsIsCancelled()
    {
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        await using var other = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var process = session.ProcessID;
        Assert.Equal(SessionActivity.Idle, await AskAsync());
        var runs = session.ExecuteAsync("SELECT pg_sleep(600)");
        await Until.TrueAsync("the cancel", async () => await AskAsync() == SessionActivity.Cancelled);
        var error = await Assert.ThrowsAsync<PostgresException>(() => Until.EndsAsync(runs));
        Assert.Equal(PostgresErrorCodes.QueryCanceled, error.SqlState);

        var commit = CommitAsync(session, shared.NextId(), Way.Transaction, CancellationToken.None);
        await shared.WaitsAsync(session);
        Assert.Equal(SessionActivity.WaitsForStandby, await AskAsync());
        Assert.True(await Until.StillRunsAsync(commit, TimeSpan.FromMilliseconds(100)));
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(commit));
        await Until.TrueAsync("the session's end", async () => await AskAsync() == SessionActivity.Unknown);

        async Task<SessionActivity> AskAsync() => (SessionActivity)await other.ScalarAsync<int>(StatementCanceller.Sql, process);
    }

    /// <summary>
    /// Work that is repeated after a cancelled wait finds its own row, writes nothing, and its commit returns at once, though the row is
    /// on no standby: a false success by repetition. The statement that Confirmation runs behind it waits. Reading the row proves nothing either.
    /// </summary>
    [Fact]
    public async Task Commit_RepeatedAndNothingWritten_ReturnsAtOnceWhereConfirmationWaits()
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var process = session.ProcessID;
        var first = CommitAsync(session, id, Way.Command, CancellationToken.None);
        await shared.WaitsAsync(session);
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_cancel_backend({process})", Cancelled);
        await Until.EndsAsync(first);

        await Until.EndsAsync(session.ExecuteAsync(CutOffCluster.Insert(id) + " ON CONFLICT DO NOTHING"));

        var confirmation = session.ExecuteAsync(Confirmation.Sql);
        await shared.WaitsAsync(session);
        Assert.False(confirmation.IsCompleted);
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(confirmation));
    }

    private Task<NpgsqlConnection> OpenAsync(int cancellationTimeout, int commandTimeout) => shared.OpenAsync(s =>
    {
        s.CancellationTimeout = cancellationTimeout;
        s.CommandTimeout = commandTimeout;
    });

    private static List<PostgresNotice> Listen(NpgsqlConnection session)
    {
        var notices = new List<PostgresNotice>();
        session.Notice += (_, e) => notices.Add(e.Notice);
        return notices;
    }

    private static async Task CommitAsync(NpgsqlConnection session, int id, Way way, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(CutOffCluster.Insert(id), session);
        switch (way)
        {
            case Way.Command:
                await insert.ExecuteNonQueryAsync(cancellationToken);
                break;
            case Way.SynchronousCommand:
                await Task.Run(insert.ExecuteNonQuery, Cancelled);
                break;
            case Way.Batch:
                await using (var batch = new NpgsqlBatch(session) { BatchCommands = { new NpgsqlBatchCommand("SELECT 1"), new NpgsqlBatchCommand(CutOffCluster.Insert(id)) } })
                    await batch.ExecuteNonQueryAsync(cancellationToken);
                break;
            default:
                await using (var transaction = await session.BeginTransactionAsync(Cancelled))
                {
                    await insert.ExecuteNonQueryAsync(Cancelled);
                    if (way == Way.Transaction)
                        await transaction.CommitAsync(cancellationToken);
                    else
                        await Task.Run(transaction.Commit, Cancelled);
                }

                break;
        }
    }

    /// <summary>How a write is committed.</summary>
    public enum Way
    {
        Command,
        Batch,
        Transaction,
        SynchronousCommand,
        SynchronousCommit,
    }
}
