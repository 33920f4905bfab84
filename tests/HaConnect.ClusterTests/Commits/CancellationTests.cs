using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Commits;

/// <summary>What runs is cancelled at the server and known not to be applied; the library does not cry "unknown" for it.</summary>
public sealed class CancellationTests(BlockedCluster shared) : IClassFixture<BlockedCluster>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private const string Sleep = "SELECT pg_sleep(600)";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("work")]
    [InlineData("work that passes its token on")]
    [InlineData("command")]
    [InlineData("reader")]
    [InlineData("batch")]
    public async Task Token_LongQuery_IsCancelledAndTheConnectionIsKept(string way)
    {
        await using var db = Build(commandTimeout: 0);
        await using var command = db.CreateCommand(Sleep);
        await using var batch = db.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sleep));
        using var caller = new CancellationTokenSource();
        Task running = way switch
        {
            "command" => command.ExecuteNonQueryAsync(caller.Token),
            "reader" => command.ExecuteReaderAsync(caller.Token),
            "batch" => batch.ExecuteScalarAsync(caller.Token),
            _ => db.ExecuteAsync(
                async (connection, token) =>
                {
                    await using var sleep = new NpgsqlCommand(Sleep, connection);
                    await sleep.ExecuteNonQueryAsync(way == "work" ? CancellationToken.None : token);
                },
                caller.Token),
        };
        await UntilSleepingAsync(1);
        await caller.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => running.WaitAsync(Deadline, TimeProvider.System, Cancelled));

        Assert.Equal(caller.Token, error.CancellationToken);
        Assert.Equal(PostgresErrorCodes.QueryCanceled, Assert.IsType<PostgresException>(error.InnerException).SqlState);
        await UntilSleepingAsync(0);
        Assert.Equal(1L, await shared.Cluster["n1"].ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{Application}'", Cancelled));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CommandTimeout_LongQuery_IsATimeoutAsOfNpgsql(bool asReader)
    {
        await using var db = Build(commandTimeout: 1);
        await using var command = db.CreateCommand(Sleep);

        var error = await Assert.ThrowsAsync<NpgsqlException>(() =>
            (asReader ? (Task)command.ExecuteReaderAsync(Cancelled) : command.ExecuteScalarAsync(Cancelled)).WaitAsync(Deadline, TimeProvider.System, Cancelled));

        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.True(error.IsTransient);
        await UntilSleepingAsync(0);
    }

    [Fact]
    public async Task Token_WorkBetweenStatements_IsCancelledThroughItsOwnToken()
    {
        await using var db = Build(commandTimeout: 0);
        using var caller = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var running = db.ExecuteAsync(
            async (connection, token) =>
            {
                await using var first = new NpgsqlCommand("SELECT 1", connection);
                await first.ExecuteNonQueryAsync(token);
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
            caller.Token);
        await begun.Task.WaitAsync(Deadline, TimeProvider.System, Cancelled);
        await caller.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => running.WaitAsync(Deadline, TimeProvider.System, Cancelled));
    }

    [Fact]
    public async Task Token_WorkThatDoesNotHeedIt_IsUnknown()
    {
        await using var db = Build(commandTimeout: 0);
        using var caller = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var running = db.ExecuteAsync(
            async (_, _) =>
            {
                begun.SetResult();
                await end.Task;
            },
            caller.Token);
        await begun.Task.WaitAsync(Deadline, TimeProvider.System, Cancelled);
        await caller.CancelAsync();

        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => running.WaitAsync(Deadline, TimeProvider.System, Cancelled));
        end.SetResult();
    }

    /// <summary>Its session can tell nobody anything, and waits for nothing: the caller gets an answer all the same.</summary>
    [Fact]
    public async Task Token_ServerFrozen_IsUnknownWithinSeconds()
    {
        await using var db = Build(commandTimeout: 0);
        using var caller = new CancellationTokenSource();
        await using var command = db.CreateCommand(Sleep);
        var running = command.ExecuteNonQueryAsync(caller.Token);
        await UntilSleepingAsync(1);
        await shared.Cluster["n1"].FreezeAsync(Cancelled);
        await caller.CancelAsync();
        try
        {
            await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => running.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancelled));
        }
        finally
        {
            await shared.Cluster["n1"].ThawAsync(Cancelled);
        }

        await shared.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{Application}'", Cancelled);
    }

    [Fact]
    public async Task CommitConfirmedAsync_TransactionInWhichAStatementFailed_FailsWhereNpgsqlReturnsSuccess()
    {
        await using var db = Build(commandTimeout: 0);
        await using var connection = await db.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var fails = new NpgsqlCommand("SELECT 1 / 0", connection);
        await Assert.ThrowsAsync<PostgresException>(() => fails.ExecuteNonQueryAsync(Cancelled));

        var error = await Assert.ThrowsAsync<PostgresException>(() => transaction.CommitConfirmedAsync(Cancelled));

        Assert.Equal(PostgresErrorCodes.InFailedSqlTransaction, error.SqlState);
    }

    /// <summary>Nobody can be asked to end the session: Npgsql breaks the connection, and disposing it hides nothing.</summary>
    [Fact]
    public async Task CommitConfirmedAsync_ServerFrozen_IsUnknownAndClosedWithinSeconds()
    {
        await using var db = Build(commandTimeout: 0, "Timeout=1");
        using var caller = new CancellationTokenSource();
        await using var connection = await db.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var first = new NpgsqlCommand("SELECT 1", connection);
        await first.ExecuteNonQueryAsync(Cancelled);
        await shared.Cluster["n1"].FreezeAsync(Cancelled);
        try
        {
            var committing = transaction.CommitConfirmedAsync(caller.Token);
            await caller.CancelAsync();

            await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => committing.WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System, Cancelled));

            Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
        }
        finally
        {
            await shared.Cluster["n1"].ThawAsync(Cancelled);
        }
    }

    [Fact]
    public async Task CreateCommand_WhatADataSourcesCommandCannot_IsNotSupported()
    {
        await using var db = Build(commandTimeout: 7);
        await using var command = db.CreateCommand("SELECT $1");
        command.Parameters.Add(new NpgsqlParameter { Value = 5 });

        Assert.Equal(5, await command.ExecuteScalarAsync(Cancelled));
        Assert.Equal(5, command.ExecuteScalar());
        await using (var reader = await command.ExecuteReaderAsync(Cancelled))
        {
            Assert.True(await reader.ReadAsync(Cancelled));
            Assert.Equal(7, command.CommandTimeout);
        }

        Assert.Throws<NotSupportedException>(() => command.Connection);
        Assert.Throws<NotSupportedException>(command.Prepare);
        Assert.Throws<InvalidOperationException>(() => ((NpgsqlCommand)command).ExecuteReader()); // not virtual: it fails rather than run unwatched
        Assert.Equal(5, await command.ExecuteScalarAsync(Cancelled));
    }

    private static string Application => $"cancel-{TestContext.Current.Test!.UniqueID[..16]}";

    private HaDataSource Build(int commandTimeout, string more = "")
    {
        var options = ClusterOptions.Observe(shared.Cluster);
        options.ConnectionString += $";Application Name={Application};Command Timeout={commandTimeout};{more}";
        return new HaDataSourceBuilder(options).Build();
    }

    private async Task UntilSleepingAsync(long sessions)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (await shared.Cluster["n1"].ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{Application}' AND wait_event = 'PgSleep'", Cancelled) != sessions)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"not {sessions} sleeping");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancelled);
        }
    }
}
