using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Commits;

/// <summary>No way through the library reports a commit as a success that no standby has confirmed, whatever ends its wait.</summary>
public sealed class CommitTests(BlockedCluster shared) : IClassFixture<BlockedCluster>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly Way[] Ways = Enum.GetValues<Way>();

    public static TheoryData<Way> AllWays => [.. Ways];

    public static TheoryData<Way> WaysWithAToken => [.. Ways.Where(w => w is not (Way.CommandSynchronous or Way.BatchSynchronous))];

    /// <summary>Those of which the library owns connection and time-out.</summary>
    public static TheoryData<Way> CommandsAndBatches => [.. Ways.Where(w => w >= Way.Command)];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(WaysWithAToken))]
    public async Task Wait_TokenCancelled_IsUnknownAndTheServerIsLeftToWait(Way way)
    {
        var id = shared.NextId();
        await using var db = await BuildAsync(commandTimeout: 0);
        using var caller = new CancellationTokenSource();
        var writing = way.WriteAsync(db, id, WorkKind.Write, caller.Token);
        await WaitingAsync(writing);
        await caller.CancelAsync();

        await UnknownAsync(writing);

        await AssertLeftAsync(way, id);
    }

    [Theory]
    [MemberData(nameof(CommandsAndBatches))]
    public async Task Wait_CommandTimeout_IsUnknownAndTheServerIsLeftToWait(Way way)
    {
        var id = shared.NextId();
        await using var db = await BuildAsync(commandTimeout: 1);

        await UnknownAsync(way.WriteAsync(db, id, WorkKind.Write, CancellationToken.None));

        await AssertLeftAsync(way, id);
    }

    /// <summary>A time-out of Npgsql's own, on a connection in the work's hands, and CommitConfirmedAsync's.</summary>
    [Theory]
    [InlineData(Way.WorkCommand)]
    [InlineData(Way.WorkBatch)]
    [InlineData(Way.WorkTransaction)]
    [InlineData(Way.WorkConfirmedTransaction)]
    [InlineData(Way.ConfirmedTransaction)]
    public async Task Wait_CommandTimeoutOfAConnection_IsUnknown(Way way)
    {
        await using var db = await BuildAsync(commandTimeout: 1);

        await UnknownAsync(way.WriteAsync(db, shared.NextId(), WorkKind.Write, CancellationToken.None));
    }

    /// <summary>With the caller's own Cancellation Timeout Npgsql returns success; the notice tells.</summary>
    [Theory]
    [InlineData(Way.WorkCommand)]
    [InlineData(Way.WorkBatch)]
    [InlineData(Way.WorkTransaction)]
    public async Task Wait_CommandTimeoutWithACancellationTimeout_IsUnknown(Way way)
    {
        await using var db = await BuildAsync(commandTimeout: 1, "Cancellation Timeout=2000");

        await UnknownAsync(way.WriteAsync(db, shared.NextId(), WorkKind.Write, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task Wait_CancelledAtTheServer_IsUnknown(Way way)
    {
        await using var db = await BuildAsync(commandTimeout: 0);
        var writing = way.WriteAsync(db, shared.NextId(), WorkKind.Write, CancellationToken.None);
        var process = await WaitingAsync(writing);

        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_cancel_backend({process})", Cancelled);

        await UnknownAsync(writing);
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task Wait_SessionTerminated_IsUnknown(Way way)
    {
        await using var db = await BuildAsync(commandTimeout: 0);
        var writing = way.WriteAsync(db, shared.NextId(), WorkKind.Write, CancellationToken.None);
        var process = await WaitingAsync(writing);

        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);

        // A reader that has its rows already throws what Npgsql throws for a lost connection: the class is sealed.
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => writing.WaitAsync(Deadline, TimeProvider.System, Cancelled));
        if (way is not (Way.CommandReader or Way.CommandAsDbCommand))
            Assert.IsType<CommitOutcomeUnknownException>(error);
    }

    /// <summary>statement_timeout does not end that wait; the token does, from outside.</summary>
    [Theory]
    [InlineData(Way.WorkTransaction)]
    [InlineData(Way.ConfirmedTransaction)]
    [InlineData(Way.Command)]
    [InlineData(Way.Batch)]
    public async Task Wait_StatementTimeout_WaitsOnUntilTheTokenIsCancelled(Way way)
    {
        await using var db = await BuildAsync(commandTimeout: 0, "Options=-c statement_timeout=200");
        using var caller = new CancellationTokenSource();
        var writing = way.WriteAsync(db, shared.NextId(), WorkKind.Write, caller.Token);
        await WaitingAsync(writing);
        await Task.WhenAny(writing, Task.Delay(TimeSpan.FromMilliseconds(600), TimeProvider.System, Cancelled));
        Assert.False(writing.IsCompleted);
        await caller.CancelAsync();

        await UnknownAsync(writing);
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task Wait_StandbyBackInTime_IsASuccess(Way way)
    {
        var id = shared.NextId();
        await using var db = await BuildAsync(commandTimeout: 0);
        var writing = way.WriteAsync(db, id, WorkKind.Write, CancellationToken.None);
        await WaitingAsync(writing);

        await shared.UnblockAsync();

        await writing.WaitAsync(Deadline, TimeProvider.System, Cancelled);
        Assert.True(await shared.IsVisibleAsync(id));
    }

    /// <summary>The repeat finds the row of the first attempt and writes nothing: it must wait for a standby all the same.</summary>
    [Theory]
    [InlineData(Way.WorkCommand, "pg_cancel_backend")]
    [InlineData(Way.WorkTransaction, "pg_cancel_backend")]
    [InlineData(Way.WorkTransaction, "pg_terminate_backend")]
    public async Task Wait_EndedAtTheServerInIdempotentWork_IsRepeatedAndASuccessOnlyOnceAStandbyIsBack(Way way, string act)
    {
        await using var db = await BuildAsync(commandTimeout: 0);
        var writing = way.WriteAsync(db, shared.NextId(), WorkKind.IdempotentWrite, CancellationToken.None);
        var first = await WaitingAsync(writing);
        await shared.Cluster["n1"].ExecuteAsync($"SELECT {act}({first})", Cancelled);
        await WaitingAsync(writing);
        await Task.WhenAny(writing, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancelled));
        Assert.False(writing.IsCompleted);

        await shared.UnblockAsync();

        await writing.WaitAsync(Deadline, TimeProvider.System, Cancelled);
    }

    [Fact]
    public async Task Wait_TokenCancelledInIdempotentWork_IsUnknown()
    {
        await using var db = await BuildAsync(commandTimeout: 0);
        using var caller = new CancellationTokenSource();
        var writing = Way.WorkTransaction.WriteAsync(db, shared.NextId(), WorkKind.IdempotentWrite, caller.Token);
        await WaitingAsync(writing);
        await caller.CancelAsync();

        await UnknownAsync(writing);
    }

    /// <summary>Work that gives Npgsql the caller's token instead of its own: a success with a notice, or an exception that tells nothing.</summary>
    [Theory]
    [InlineData(2000)]
    [InlineData(-1)]
    public async Task Wait_CallersTokenGivenToNpgsql_IsUnknown(int cancellationTimeout)
    {
        await using var db = await BuildAsync(commandTimeout: 0, $"Cancellation Timeout={cancellationTimeout}");
        using var caller = new CancellationTokenSource();
        var writing = db.ExecuteAsync(
            async (connection, _) =>
            {
                await using var insert = new NpgsqlCommand($"INSERT INTO written VALUES ({shared.NextId()})", connection);
                await insert.ExecuteNonQueryAsync(caller.Token);
            },
            caller.Token);
        await WaitingAsync(writing);
        await caller.CancelAsync();

        await UnknownAsync(writing);
    }

    /// <summary>A connection of Npgsql's alone, with its defaults.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CommitConfirmedAsync_NpgsqlsOwnConnection_IsUnknownAndClosed(bool pooled)
    {
        await shared.BlockAsync();
        var id = shared.NextId();
        await using var source = NpgsqlDataSource.Create($"{shared.Cluster.NodeConnectionString(shared.Cluster["n1"])};Pooling={pooled};Application Name={Application}");
        await using var connection = await source.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var insert = new NpgsqlCommand($"INSERT INTO written VALUES ({id})", connection);
        await insert.ExecuteNonQueryAsync(Cancelled);
        using var caller = new CancellationTokenSource();
        var committing = transaction.CommitConfirmedAsync(caller.Token);
        await WaitingAsync(committing);
        await caller.CancelAsync();

        var error = await UnknownAsync(committing);

        Assert.IsAssignableFrom<OperationCanceledException>(error.InnerException);
        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
        Assert.Null(await shared.WaitingAsync(Application));
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => transaction.CommitConfirmedAsync(Cancelled));
    }

    private static string Application => $"commit-{TestContext.Current.Test!.UniqueID[..16]}";

    private async Task<HaDataSource> BuildAsync(int commandTimeout, string more = "")
    {
        await shared.BlockAsync();
        var options = ClusterOptions.Observe(shared.Cluster);
        options.ConnectionString += $";Application Name={Application};Command Timeout={commandTimeout};{more}";
        var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        return db;
    }

    private async Task<int> WaitingAsync(Task writing)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (writing.IsCompleted)
                await writing;
            Assert.False(writing.IsCompleted, "it was reported as a success before its commit waited");
            if (await shared.WaitingAsync(Application) is { } process)
                return process;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "its commit does not wait");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancelled);
        }
    }

    private static Task<CommitOutcomeUnknownException> UnknownAsync(Task writing) =>
        Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => writing.WaitAsync(Deadline, TimeProvider.System, Cancelled));

    /// <summary>Where the connection is the library's own, the commit goes on waiting and nobody sees the row; a caller's own is closed, with its session.</summary>
    private async Task AssertLeftAsync(Way way, int id)
    {
        var process = await shared.WaitingAsync(Application);
        if (way == Way.ConfirmedTransaction)
        {
            Assert.Null(process);
            return;
        }

        Assert.NotNull(process);
        Assert.False(await shared.IsVisibleAsync(id));
        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({process})", Cancelled);
    }
}
