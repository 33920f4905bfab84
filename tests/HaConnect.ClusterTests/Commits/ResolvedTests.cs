using HaConnect.ClusterTests.EntityFrameworkCore;
using HaConnect.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace HaConnect.ClusterTests.Commits;

/// <summary><see cref="CommitGuarantee.Resolved"/>: what became of a lost COMMIT is found out, and each transaction is applied once.</summary>
public sealed class ResolvedTests : ClusterTest
{
    private static readonly TransactionPolicy Resolved = new() { Guarantee = CommitGuarantee.Resolved };

    /// <summary>The session is ended while its commit waits: it is committed there, and becomes a success once a standby has it.</summary>
    [Theory]
    [InlineData("terminate")]
    [InlineData("cancel")]
    public async Task CommitWaitEndedAtTheServer_IsASuccessOnceAStandbyHasIt(string how)
    {
        var (cluster, db) = await StartAsync();
        await using var _ = db;
        var runs = 0;
        await IncrementAsync(db, () => runs++);
        await BlockAsync(cluster);
        var writing = IncrementAsync(db, () => runs++);
        await UntilWaitingAsync(cluster["n1"]);
        await cluster["n1"].ExecuteAsync($"SELECT pg_{how}_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", Cancelled);
        await UntilAsync("the question waits for a standby", async () => await cluster["n1"].ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%pg_logical_emit_message%')", Cancelled));
        Assert.False(writing.IsCompleted);
        await Task.WhenAll(cluster["n2"].UnblockReplicationAsync(Cancelled), cluster["n3"].UnblockReplicationAsync(Cancelled));

        Assert.Equal(2, await writing.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled));
        Assert.Equal(2, runs);
        Assert.Equal(2, await CountAsync(db));
    }

    /// <summary>Nobody but the lost primary has it: it is run again, once, at the new one.</summary>
    [Theory]
    [InlineData("kill")]
    [InlineData("freeze")]
    public async Task PrimaryLostWithACommitThatNoStandbyHas_IsRunAgainAtTheNewOne(string fault)
    {
        var (cluster, db) = await StartAsync(coordinate: true);
        await using var _ = db;
        var runs = 0;
        await IncrementAsync(db, () => runs++);
        await BlockAsync(cluster);
        var writing = IncrementAsync(db, () => runs++);
        await UntilWaitingAsync(cluster["n1"]);
        await (fault == "kill" ? cluster["n1"].KillAsync(Cancelled) : cluster["n1"].FreezeAsync(Cancelled));
        await Task.WhenAll(cluster["n2"].UnblockReplicationAsync(Cancelled), cluster["n3"].UnblockReplicationAsync(Cancelled));

        Assert.Equal(2, await writing.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancelled));
        Assert.Equal(3, runs);
        Assert.Equal(2, await CountAsync(db));
        Assert.Equal(1L, await TokensAsync(db, "NOT is_commit"));
    }

    [Fact]
    public async Task ManyUnderTerminationsAndAKill_EachIsAppliedOnce()
    {
        var (cluster, db) = await StartAsync(coordinate: true);
        await using var _ = db;
        var (successes, runs) = (0, 0);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await IncrementAsync(db, () => Interlocked.Increment(ref runs));
                Interlocked.Increment(ref successes);
            }
        })).ToList();
        for (var i = 0; i < 60; i++)
        {
            var ended = Volatile.Read(ref successes);
            await cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{cluster.Application.User}' AND (query LIKE '%commit_token%' OR state = 'active')", Cancelled);
            await UntilAsync("writes go on", () => Task.FromResult(Volatile.Read(ref successes) > ended));
        }

        var before = Volatile.Read(ref successes);
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("writes after the failover", () => Task.FromResult(Volatile.Read(ref successes) > before + 50));
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        TestContext.Current.TestOutputHelper?.WriteLine($"{successes} successes in {runs} runs");
        Assert.True(runs > successes, "nothing was ever repeated");
        Assert.Equal(successes, await CountAsync(db));
    }

    [Fact]
    public async Task CallerGivesUpInTheCommitWait_IsUnknownWithItsToken()
    {
        var (cluster, db) = await StartAsync();
        await using var _ = db;
        await IncrementAsync(db, () => { });
        await BlockAsync(cluster);
        using var caller = new CancellationTokenSource();
        var writing = IncrementAsync(db, () => { }, caller.Token);
        await UntilWaitingAsync(cluster["n1"]);
        await caller.CancelAsync();

        var error = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => writing.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled));
        await Task.WhenAll(cluster["n2"].UnblockReplicationAsync(Cancelled), cluster["n3"].UnblockReplicationAsync(Cancelled));
        await UntilAsync("the token tells that it was committed", async () => await TokensAsync(db, $"is_commit AND token = '{error.Token}'") == 1);
    }

    /// <summary>As with row-level security by role: the token is written by the role that the work has left.</summary>
    [Fact]
    public async Task RoleThatMayNotWriteTheToken_IsOneClearErrorAndTheWorkRunsOnce()
    {
        var (cluster, db) = await StartAsync();
        await using var _ = db;
        await IncrementAsync(db, static () => { });
        await using (var super = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"], cluster.Superuser, "app") + ";Pooling=false"))
        {
            await using var create = super.CreateCommand($"CREATE ROLE tenant; GRANT tenant TO {cluster.Application.User}");
            await create.ExecuteNonQueryAsync(Cancelled);
        }

        var runs = 0;
        var error = await Assert.ThrowsAsync<HaConnectException>(() => db.ExecuteInTransactionAsync(
            async (connection, _, token) =>
            {
                runs++;
                await using var command = new NpgsqlCommand("SET LOCAL ROLE tenant", connection);
                return await command.ExecuteNonQueryAsync(token);
            },
            Resolved, Cancelled));
        Assert.Contains("have the work end by RESET ROLE", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, false), (runs, error.IsTransient));
        Assert.Equal(1, await CountAsync(db));
    }

    [Fact]
    public async Task TableThatCannotBeMade_IsOneClearErrorAndNothingIsApplied()
    {
        var (cluster, db) = await StartAsync();
        await using var _ = db;
        await using var super = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"], cluster.Superuser, "app") + ";Pooling=false");
        await using (var seize = super.CreateCommand($"ALTER DATABASE app OWNER TO {cluster.Superuser.User}"))
            await seize.ExecuteNonQueryAsync(Cancelled);
        var runs = 0;

        var error = await Assert.ThrowsAsync<HaConnectException>(() => IncrementAsync(db, () => runs++));

        Assert.Contains("haconnect.commit_token in database app", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        Assert.Equal(0, runs);
        var script = (await File.ReadAllTextAsync(Path.Combine(Root, "docs", "operations", "commit-token.sql"), Cancelled)).Replace(":\"app\"", cluster.Application.User, StringComparison.Ordinal);
        await using (var mend = super.CreateCommand(script))
            await mend.ExecuteNonQueryAsync(Cancelled);
        Assert.Equal(1, await IncrementAsync(db, () => runs++));
    }

    /// <summary>Instances start together: where the other one has made the table meanwhile, it is there, and no caller is told.</summary>
    [Theory]
    [InlineData("CREATE SCHEMA haconnect")]
    [InlineData("CREATE SCHEMA haconnect; CREATE TABLE haconnect.commit_token (token uuid PRIMARY KEY, is_commit boolean NOT NULL, written_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp())")]
    public async Task TableMadeByAnotherInstanceAtTheSameMoment_IsUsed(string made)
    {
        var (cluster, db) = await StartAsync();
        await using var _d = db;
        await using var other = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"]));
        await using var connection = await other.OpenConnectionAsync(Cancelled);
        await using var making = await connection.BeginTransactionAsync(Cancelled);
        await using (var make = new NpgsqlCommand(made, connection))
            await make.ExecuteNonQueryAsync(Cancelled);
        await using var shop = new Shop(Shop.Options(db));
        var beginning = shop.Database.BeginTransactionAsync(Cancelled); // outside of any strategy, as migrations begin theirs
        await UntilAsync("it waits for the other one", async () => await cluster["n1"].ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE % IF NOT EXISTS haconnect%')", Cancelled));
        await making.CommitAsync(Cancelled);
        await using var begun = await beginning;
        await begun.CommitAsync(Cancelled);
        Assert.Equal(1L, await TokensAsync(db, "is_commit"));
    }

    [Fact]
    public async Task RowsOfYesterday_AreCleanedUpAndYoungerOnesKept()
    {
        var (_, db) = await StartAsync();
        await using var _d = db;
        await IncrementAsync(db, () => { });
        await using (var age = db.CreateCommand("INSERT INTO haconnect.commit_token SELECT gen_random_uuid(), true, now() - interval '25 hours' FROM generate_series(1, 40); INSERT INTO haconnect.commit_token SELECT gen_random_uuid(), true, now() - interval '23 hours' FROM generate_series(1, 7)"))
            await age.ExecuteNonQueryAsync(Cancelled);
        for (var i = 0; i < 500; i++)
            await IncrementAsync(db, () => { });

        await UntilAsync("the old ones are gone", async () => await TokensAsync(db, "written_at < now() - interval '1 day'") == 0);
        Assert.Equal(508L, await TokensAsync(db, "true"));
    }

    /// <summary>Its COMMIT was never sent: that proves that nothing was applied, and a plain write is run again.</summary>
    [Fact]
    public async Task ConnectionLostBeforeCommit_IsRunAgainAlsoWithoutAToken()
    {
        var (cluster, db) = await StartAsync();
        await using var _ = db;
        var runs = 0;

        var result = await db.ExecuteInTransactionAsync(
            async (connection, _, token) =>
            {
                await using var write = new NpgsqlCommand("UPDATE counter SET value = value + 1 RETURNING value", connection);
                var value = (int)(await write.ExecuteScalarAsync(token))!;
                if (++runs == 1)
                {
                    await cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID})", Cancelled);
                    await using var more = new NpgsqlCommand("SELECT pg_sleep(600)", connection);
                    await more.ExecuteNonQueryAsync(token);
                }

                return value;
            },
            cancellationToken: Cancelled);

        Assert.Equal((1, 2, 1), (result, runs, await CountAsync(db)));
    }

    [Fact]
    public async Task WorkThatCommitsByItself_IsToldAndNotRepeated()
    {
        var (_, db) = await StartAsync();
        await using var _d = db;
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.ExecuteInTransactionAsync(
            async (connection, transaction, token) =>
            {
                await using var write = new NpgsqlCommand("UPDATE counter SET value = value + 1", connection);
                await write.ExecuteNonQueryAsync(token);
                await transaction.CommitAsync(token);
                return 0;
            },
            Resolved, Cancelled));
        Assert.Equal(1, await CountAsync(db));
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "HaConnect.sln")))
                folder = folder.Parent!;
            return folder.FullName;
        }
    }

    private async Task<(PostgresCluster Cluster, HaDataSource Db)> StartAsync(bool coordinate = false)
    {
        var cluster = await StartClusterAsync();
        var options = coordinate ? ClusterOptions.Coordinate(cluster) : ClusterOptions.Observe(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromMinutes(1);
        var db = new HaDataSourceBuilder(options).Build();
        if (coordinate)
            await UntilManagedAsync(db);
        await using var create = db.CreateCommand("CREATE TABLE counter AS SELECT 0 AS value");
        await create.ExecuteNonQueryAsync(Cancelled);
        return (cluster, db);
    }

    private static Task<int> IncrementAsync(HaDataSource db, Action ran, CancellationToken? caller = null) => db.ExecuteInTransactionAsync(
        async (connection, _, token) =>
        {
            ran();
            await using var write = new NpgsqlCommand("UPDATE counter SET value = value + 1 RETURNING value", connection);
            return (int)(await write.ExecuteScalarAsync(token))!;
        },
        Resolved, caller ?? Cancelled);

    private static async Task<int> CountAsync(HaDataSource db)
    {
        await using var command = db.CreateCommand("SELECT value FROM counter");
        return (int)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    private static async Task<long> TokensAsync(HaDataSource db, string which)
    {
        await using var command = db.CreateCommand($"SELECT count(*) FROM haconnect.commit_token WHERE {which}");
        return (long)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    private static Task BlockAsync(PostgresCluster cluster) => Task.WhenAll(cluster["n2"].BlockReplicationAsync(Cancelled), cluster["n3"].BlockReplicationAsync(Cancelled));

    private static Task UntilWaitingAsync(PostgresNode node) => UntilAsync("its commit waits", async () =>
        await node.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')", Cancelled));
}
