using System.Data.Common;
using HaConnect.ClusterTests.DataSource;
using HaConnect.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace HaConnect.ClusterTests.EntityFrameworkCore;

/// <summary>What must not be repeated, not be told as a success, and not be left behind.</summary>
public sealed class CarefulRetryTests(ServingCluster serving) : IClassFixture<ServingCluster>, IAsyncLifetime
{
    // Each puts a row into place and then does what its name says, once for each note.
    private const string Functions = """
        CREATE SEQUENCE IF NOT EXISTS once;
        CREATE TABLE IF NOT EXISTS placed (note text NOT NULL);
        CREATE OR REPLACE FUNCTION place(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO placed VALUES ($1); RETURN 1; END $$;
        CREATE OR REPLACE PROCEDURE place_and_fail(text) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO placed VALUES ($1); COMMIT; RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END $$;
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private HaDataSource Db => serving.Db;

    public async ValueTask InitializeAsync()
    {
        await using var create = Db.CreateCommand(Shop.Tables + ";" + Functions);
        await create.ExecuteNonQueryAsync(Cancelled);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A commit that waits for a standby that never comes: its session is ended there, or its wait cancelled.</summary>
    [Theory]
    [InlineData("composed", "terminate")]
    [InlineData("composed", "cancel")]
    [InlineData("rows", "terminate")]
    [InlineData("rows", "cancel")]
    [InlineData("without rows", "terminate")]
    [InlineData("without rows", "cancel")]
    [InlineData("by hand", "cancel")]
    public async Task SqlThatWrites_CommitLost_IsNeitherRepeatedNorASuccess(string way, string end)
    {
        var note = Guid.NewGuid().ToString();
        await using var shop = new Shop(Shop.Options(Db, ha => ha.WithCommitGuarantee(CommitGuarantee.Confirmed)));
        if (way == "by hand")
            await ((NpgsqlConnection)shop.Database.GetDbConnection()).OpenAsync(Cancelled);
        await WithoutStandbysAsync(async () =>
        {
            var writing = Task.Run(() => WriteAsync(shop, way, note), Cancelled);
            await ClusterTest.UntilAsync("it waits", async () => await serving.Cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'app'", Cancelled) == 1);
            await serving.Cluster["n1"].ScalarAsync<long>(End(end), Cancelled);
            await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => writing);
        });
        Assert.Equal(1, await CountAsync(note));
    }

    [Fact]
    public async Task UnknownCaughtInAnAttempt_TheAttemptIsNotRepeated()
    {
        var note = Guid.NewGuid().ToString();
        await using var shop = new Shop(Shop.Options(Db));
        var attempts = 0;
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => shop.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            attempts++;
            await WithoutStandbysAsync(async () =>
            {
                var writing = Task.Run(() => WriteAsync(shop, "without rows", note), Cancelled);
                await ClusterTest.UntilAsync("it waits", async () => await serving.Cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'app'", Cancelled) == 1);
                await serving.Cluster["n1"].ScalarAsync<long>(End("terminate"), Cancelled);
                await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => writing);
            });
            await shop.Database.ExecuteSqlRawAsync("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END $$", Cancelled);
        }));
        Assert.Equal((1, 1), (attempts, await CountAsync(note)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProcedureThatCommitsAndFails_IsNotRepeated(bool hasRows)
    {
        var note = Guid.NewGuid().ToString();
        await using var shop = new Shop(Shop.Options(Db));
        var failed = await Assert.ThrowsAsync<PostgresException>(() => shop.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            if (hasRows)
                await shop.Database.SqlQueryRaw<int>("CALL place_and_fail({0})", note).ToListAsync(Cancelled);
            else
                await shop.Database.ExecuteSqlAsync($"CALL place_and_fail({note})", Cancelled);
        }));
        Assert.Equal(PostgresErrorCodes.SerializationFailure, failed.SqlState);
        Assert.Equal(1, await CountAsync(note));
    }

    [Fact]
    public async Task WriteOfAnotherContextInAnAttempt_TheAttemptIsNotRepeated()
    {
        var note = Guid.NewGuid().ToString();
        await using var outer = new Shop(Shop.Options(Db));
        await Assert.ThrowsAsync<PostgresException>(() => outer.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using (var inner = new Shop(Shop.Options(Db)))
                await inner.Database.ExecuteSqlAsync($"INSERT INTO placed VALUES ({note})", Cancelled);
            await outer.Database.ExecuteSqlRawAsync("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END $$", Cancelled);
        }));
        Assert.Equal(1, await CountAsync(note));
    }

    /// <summary>At the primary too, where a replica's refusal does not help.</summary>
    [Theory]
    [InlineData("composed")]
    [InlineData("rows")]
    public async Task SqlThatWritesInAReadScope_AtThePrimary_IsRefused(string way)
    {
        var note = Guid.NewGuid().ToString();
        await using var shop = new Shop(Shop.Options(Db));
        using (shop.Database.BeginReadScope(new ReadPolicy { Consistency = ReadConsistency.Strong }))
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(shop, way, note));
            Assert.Contains("the context only reads", refused.Message, StringComparison.Ordinal);
        }

        await WriteAsync(shop, way, note); // the session it had writes again
        Assert.Equal(1, await CountAsync(note));
    }

    [Fact]
    public async Task InterceptorsOfTheApplication_HaveTheirSayBeforeAnythingIsDone()
    {
        var note = Guid.NewGuid().ToString();
        await using (var shop = new Shop(Shop.Options(Db)))
        {
            shop.Orders.Add(new Order { Note = note, Quantity = 1 });
            await shop.SaveChangesAsync(Cancelled);
        }

        var options = new DbContextOptionsBuilder<Shop>().AddInterceptors(new Forbidding()).UseHaDatabase(Db).Options;
        await using (var shop = new Shop(options))
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => shop.Orders.Where(o => o.Note == note).ExecuteDeleteAsync(Cancelled));
            shop.Orders.Add(new Order { Note = note + "2", Quantity = 1 });
            await Assert.ThrowsAsync<NotSupportedException>(() => shop.SaveChangesAsync(Cancelled));
        }

        await using var look = new Shop(Shop.Options(Db));
        Assert.Equal([note], await look.Orders.Where(o => o.Note.StartsWith(note)).Select(o => o.Note).ToListAsync(Cancelled));
    }

    [Theory]
    [InlineData("taken")]
    [InlineData("opened by hand")]
    [InlineData("kept open")]
    [InlineData("kept open in a read scope")]
    public async Task PooledContext_LeftWithAConnection_IsAsNewForTheNextOne(string left)
    {
        var factory = new PooledDbContextFactory<Shop>(Shop.Options(Db), poolSize: 1);
        await using (var shop = await factory.CreateDbContextAsync(Cancelled))
        {
            if (left.EndsWith("scope", StringComparison.Ordinal))
                shop.Database.BeginReadScope(new ReadPolicy { Fallback = ReadFallback.Wait });
            if (left.StartsWith("kept", StringComparison.Ordinal))
                await shop.Database.OpenConnectionAsync(Cancelled);
            else if (shop.Database.GetDbConnection() is var connection && left != "taken")
                await connection.OpenAsync(Cancelled);
        }

        for (var i = 0; i < 2; i++)
        {
            await using var shop = await factory.CreateDbContextAsync(Cancelled);
            Assert.Equal(serving.PrimaryPort, await shop.PortAsync());
            using (shop.Database.BeginReadScope(new ReadPolicy { Fallback = ReadFallback.Wait }))
                Assert.NotEqual(serving.PrimaryPort, await shop.PortAsync());
            shop.Orders.Add(new Order { Note = Guid.NewGuid().ToString(), Quantity = 1 });
            await shop.SaveChangesAsync(Cancelled);
        }
    }

    [Fact]
    public async Task ContextDisposedWithAnOpenTransaction_HidesNoError()
    {
        var told = await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () =>
        {
            await using var shop = new Shop(Shop.Options(Db));
            await shop.Database.BeginTransactionAsync(Cancelled);
            throw new TimeZoneNotFoundException("the application's own");
        });
        Assert.Equal("the application's own", told.Message);
        Assert.Throws<TimeZoneNotFoundException>((Action)Synchronously);

        void Synchronously()
        {
            using var shop = new Shop(Shop.Options(Db));
            shop.Database.BeginTransaction();
            throw new TimeZoneNotFoundException("the application's own");
        }
    }

    [Fact]
    public async Task Verification_ThatFails_EndsIt()
    {
        await using var shop = new Shop(Shop.Options(Db));
        var verified = 0;
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => shop.Database.CreateExecutionStrategy().ExecuteAsync(
            shop,
            (context, state, token) => throw new PostgresException("as if", "ERROR", "ERROR", PostgresErrorCodes.SerializationFailure),
            (context, state, token) =>
            {
                verified++;
                return Task.FromException<ExecutionResult<int>>(new TimeZoneNotFoundException());
            },
            Cancelled));
        Assert.Equal(1, verified);
    }

    [Fact]
    public async Task CommonPatterns_OfTheContextsConnection_Work()
    {
        await using var shop = new Shop(Shop.Options(Db));
        var connection = shop.Database.GetDbConnection();
        await shop.Database.OpenConnectionAsync(Cancelled);
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT 1";
            Assert.Equal(1, await command.ExecuteScalarAsync(Cancelled));
        }

        await using (var transaction = await connection.BeginTransactionAsync(Cancelled))
        {
            await shop.Database.UseTransactionAsync(transaction, Cancelled);
            Assert.Equal(0, await shop.Database.ExecuteSqlAsync($"UPDATE orders SET quantity = 1 WHERE id < 0", Cancelled));
            await shop.Database.CurrentTransaction!.CommitAsync(Cancelled);
        }

        await using (await connection.BeginTransactionAsync(Cancelled)) // of which Entity Framework Core knows nothing
            Assert.Equal(0, await shop.Orders.Where(o => o.Id < 0).ExecuteDeleteAsync(Cancelled));
    }

    [Fact]
    public async Task ReadOnlyTransaction_ItsCommit_SaysWhatToDo()
    {
        await using var shop = new Shop(Shop.Options(Db));
        var told = await Assert.ThrowsAsync<HaConnectException>(() => shop.Database.ExecuteInTransactionAsync(
            async token => await shop.Database.ExecuteSqlRawAsync("SET TRANSACTION READ ONLY", token), cancellationToken: Cancelled));
        Assert.Contains("read scope", told.Message, StringComparison.Ordinal);
    }

    private static string End(string how) =>
        $"WITH waiting AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'app') SELECT count(*) FILTER (WHERE pg_{how}_backend(pid)) FROM waiting";

    private static async Task WriteAsync(Shop shop, string way, string note)
    {
        switch (way)
        {
            case "composed":
                Assert.Equal(1, await shop.Database.SqlQuery<int>($"SELECT place({note}) AS \"Value\"").SingleAsync(CancellationToken.None));
                break;
            case "rows":
                Assert.Single(await shop.Database.SqlQuery<string>($"INSERT INTO placed VALUES ({note}) RETURNING note AS \"Value\"").ToListAsync(CancellationToken.None));
                break;
            case "by hand":
                shop.Orders.Add(new Order { Note = note, Quantity = 1 });
                await shop.SaveChangesAsync(CancellationToken.None);
                break;
            default:
                await shop.Database.ExecuteSqlAsync($"INSERT INTO placed VALUES ({note})", CancellationToken.None);
                break;
        }
    }

    private async Task WithoutStandbysAsync(Func<Task> work)
    {
        var names = await serving.Cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled);
        await SetAsync("nobody");
        try
        {
            await work();
        }
        finally
        {
            await SetAsync(names!);
        }

        async Task SetAsync(string value)
        {
            await serving.Cluster["n1"].ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{value.Replace("'", "''", StringComparison.Ordinal)}'", Cancelled);
            await serving.Cluster["n1"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
            await ClusterTest.UntilAsync("the setting", async () => await serving.Cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled) == value);
        }
    }

    private async Task<long> CountAsync(string note)
    {
        await using var count = Db.CreateCommand($"SELECT (SELECT count(*) FROM placed WHERE note = '{note}') + (SELECT count(*) FROM orders WHERE note = '{note}')");
        return (long)(await count.ExecuteScalarAsync(Cancelled))!;
    }

    private sealed class Forbidding : DbCommandInterceptor, IDbTransactionInterceptor
    {
        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("not by this one");

        public ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("not by this one");
    }
}
