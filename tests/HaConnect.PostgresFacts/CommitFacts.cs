using System.Data;
using Npgsql;

namespace HaConnect.PostgresFacts;

/// <summary>
/// What Npgsql makes of a commit that waits for a synchronous standby: for NodeSources (Cancellation Timeout), OperationAttempt (the
/// notice) and OwnSession (deadlines from outside).
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
    [InlineData(false, false, 2000)]
    [InlineData(true, false, 2000)]
    [InlineData(false, true, 2000)]
    [InlineData(true, true, 2000)]
    public async Task Commit_TimeoutOrTokenInTheWait_ReturnsSuccessWithANotice(bool inTransaction, bool byToken, int cancellationTimeout)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout, byToken ? 0 : 1);
        var notices = Listen(session);
        using var source = new CancellationTokenSource();
        var commit = CommitAsync(session, id, inTransaction, source.Token);
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
    /// the notice all the same, else an exception and a closed connection. The row is there either way: hence OperationAttempt's notice
    /// handler, and "unknown" for what was cancelled.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_TokenInTheWaitWithoutCancellationTimeout_IsAFalseSuccessOrAnException(bool inTransaction)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var notices = Listen(session);
        using var source = new CancellationTokenSource();
        var commit = CommitAsync(session, id, inTransaction, source.Token);
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
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_TimeoutInTheWaitWithoutCancellationTimeout_FailsAndCloses(bool inTransaction)
    {
        var id = shared.NextId();
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 1);

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => Until.EndsAsync(CommitAsync(session, id, inTransaction, CancellationToken.None)));

        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.False(session.FullState.HasFlag(ConnectionState.Open));
        await Until.TrueAsync("the row", () => shared.IsVisibleAsync(id)); // Npgsql still sent a cancel request: an unknown outcome, not a failure
    }

    /// <summary>A cancel by somebody else is a success with the same notice: OperationAttempt listens for it.</summary>
    [Fact]
    public async Task Commit_CancelledByAnotherSession_ReturnsSuccessWithANotice()
    {
        await using var session = await OpenAsync(cancellationTimeout: -1, commandTimeout: 0);
        var notices = Listen(session);
        var commit = CommitAsync(session, shared.NextId(), inTransaction: true, CancellationToken.None);
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
        var commit = CommitAsync(session, id, inTransaction: true, CancellationToken.None);
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

    private static async Task CommitAsync(NpgsqlConnection session, int id, bool inTransaction, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(CutOffCluster.Insert(id), session);
        if (!inTransaction)
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
            return;
        }

        await using var transaction = await session.BeginTransactionAsync(Cancelled);
        await insert.ExecuteNonQueryAsync(Cancelled);
        await transaction.CommitAsync(cancellationToken);
    }
}
