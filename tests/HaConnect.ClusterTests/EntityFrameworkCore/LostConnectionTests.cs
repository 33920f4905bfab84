using System.Collections.Concurrent;
using HaConnect.ClusterTests.DataSource;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace HaConnect.ClusterTests.EntityFrameworkCore;

/// <summary>A context whose sessions are ended by others, at every moment of their work.</summary>
public sealed class LostConnectionTests(ServingCluster serving) : IClassFixture<ServingCluster>, IAsyncLifetime
{
    // A sequence is not rolled back: the first time the session is ended in the middle, and no second time.
    private const string EndOnce = """
        CREATE SEQUENCE IF NOT EXISTS ended;
        CREATE OR REPLACE FUNCTION end_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.note LIKE 'end%' AND nextval('ended') = 1 THEN
            PERFORM pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid());
          END IF;
          RETURN NEW;
        END $$;
        DROP TRIGGER IF EXISTS amid ON orders;
        DROP TRIGGER IF EXISTS at_commit ON orders;
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private HaDataSource Db => serving.Db;

    public async ValueTask InitializeAsync()
    {
        await using var create = Db.CreateCommand(Shop.Tables + "; " + EndOnce);
        await create.ExecuteNonQueryAsync(Cancelled);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>In an INSERT, and in the COMMIT itself, where a deferred trigger runs: its outcome is lost then, and asked for.</summary>
    [Theory]
    [InlineData("CREATE TRIGGER amid BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION end_once()", CommitGuarantee.Resolved)]
    [InlineData("CREATE TRIGGER amid BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION end_once()", CommitGuarantee.Confirmed)]
    [InlineData("CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_once()", CommitGuarantee.Resolved)]
    public async Task SaveChanges_SessionEnded_IsRepeatedAndAppliedOnce(string trigger, CommitGuarantee guarantee)
    {
        await ExecuteAsync($"{trigger}; ALTER SEQUENCE ended RESTART");
        var note = $"end {Guid.NewGuid()}";
        await using var shop = new Shop(Shop.Options(Db, ha => ha.WithCommitGuarantee(guarantee)));
        shop.Orders.Add(new Order { Note = note, Quantity = 1 });
        Assert.Equal(1, await shop.SaveChangesAsync(Cancelled));
        Assert.Equal(1, await shop.Orders.CountAsync(o => o.Note == note, Cancelled));
        Assert.Equal(2L, await ScalarAsync("SELECT last_value FROM ended"));
        Assert.All(shop.ChangeTracker.Entries(), e => Assert.Equal(EntityState.Unchanged, e.State));
    }

    [Fact]
    public async Task SaveChanges_CommitLostAndOnlyConfirmed_SaysThatItIsNotKnown()
    {
        await ExecuteAsync("CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_once(); ALTER SEQUENCE ended RESTART");
        await using var shop = new Shop(Shop.Options(Db, ha => ha.WithCommitGuarantee(CommitGuarantee.Confirmed)));
        shop.Orders.Add(new Order { Note = $"end {Guid.NewGuid()}", Quantity = 1 });
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => shop.SaveChangesAsync(Cancelled));
    }

    [Fact]
    public async Task ExecuteUpdate_SessionEnded_IsRepeated()
    {
        await ExecuteAsync("CREATE TRIGGER amid BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION end_once(); ALTER SEQUENCE ended RESTART");
        var note = $"end {Guid.NewGuid()}";
        await ExecuteAsync($"INSERT INTO orders (note, quantity) VALUES ('{note}', 1)");
        await using var shop = new Shop(Shop.Options(Db));
        Assert.Equal(1, await shop.Orders.Where(o => o.Note == note).ExecuteUpdateAsync(o => o.SetProperty(x => x.Quantity, x => x.Quantity + 1), Cancelled));
        Assert.Equal(2, await shop.Orders.Where(o => o.Note == note).Select(o => o.Quantity).SingleAsync(Cancelled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SqlOutsideOfATransaction_SessionEnded_SaysThatItIsNotKnownUnlessItOnlyReads(bool reads)
    {
        await ExecuteAsync("CREATE TRIGGER amid BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION end_once(); ALTER SEQUENCE ended RESTART");
        var note = $"end {Guid.NewGuid()}";
        await using var shop = new Shop(Shop.Options(Db));
        if (reads)
        {
            using var scope = shop.Database.BeginReadScope(new ReadPolicy { Consistency = ReadConsistency.Strong });
            var reading = Task.Run(() => shop.Database.SqlQuery<int>($"SELECT 1 AS \"Value\" FROM pg_sleep(1)").SingleAsync(Cancelled), Cancelled);
            await ClusterTest.UntilAsync("its session is ended", async () => await serving.Cluster["n1"].ScalarAsync<long>(
                "WITH sleeping AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND usename = 'app') SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM sleeping", Cancelled) == 1);
            Assert.Equal(1, await reading);
            return;
        }

        var unknown = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => shop.Database.ExecuteSqlAsync($"INSERT INTO orders (note, quantity) VALUES ({note}, 1)", Cancelled));
        Assert.Contains("outside of a transaction", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(1, await shop.Database.ExecuteSqlAsync($"INSERT INTO orders (note, quantity) VALUES ({note}, 1)", Cancelled)); // the context goes on
    }

    /// <summary>The pool does not know of it: the first to hear is the statement by which a read's session at the primary is made read-only.</summary>
    [Fact]
    public async Task Read_AtThePrimaryOverAPooledSessionThatHasEnded_IsRepeated()
    {
        await using var shop = new Shop(Shop.Options(Db, ha => ha.ForReads(new ReadPolicy { Consistency = ReadConsistency.Strong })));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(serving.PrimaryPort, await shop.PortAsync());
            Assert.NotEqual(0, await EndAllAsync());
        }

        Assert.Equal(serving.PrimaryPort, await shop.PortAsync());
    }

    [Fact]
    public async Task ConnectionKeptOpen_Lost_TellsItsErrorThenWhatToDo()
    {
        await using var shop = new Shop(Shop.Options(Db));
        await shop.Database.OpenConnectionAsync(Cancelled);
        await EndAsync((NpgsqlConnection)shop.Database.GetDbConnection());
        var lost = await Assert.ThrowsAnyAsync<NpgsqlException>(() => shop.Orders.CountAsync(Cancelled));
        Assert.IsNotType<HaConnectException>(lost);
        var told = await Assert.ThrowsAsync<HaConnectException>(() => shop.Orders.CountAsync(Cancelled));
        Assert.Contains("Database.CloseConnection", told.Message, StringComparison.Ordinal);
        await shop.Database.CloseConnectionAsync();
        _ = await shop.Orders.CountAsync(Cancelled);
    }

    [Fact]
    public async Task TransactionOfTheApplication_Lost_IsNotGoneOnWithOutsideOfIt()
    {
        await using var shop = new Shop(Shop.Options(Db));
        var note = Guid.NewGuid().ToString();
        var attempts = 0;
        await shop.Database.ExecuteInTransactionAsync(async token =>
        {
            attempts++;
            await shop.Database.ExecuteSqlAsync($"INSERT INTO orders (note, quantity) VALUES ({note + "a"}, 1)", token);
            if (attempts == 1)
            {
                await EndAsync((NpgsqlConnection)shop.Database.GetDbConnection());
                await Assert.ThrowsAnyAsync<NpgsqlException>(() => shop.Orders.CountAsync(token)); // work that goes on regardless is told, and all of it repeated
            }

            await shop.Database.ExecuteSqlAsync($"INSERT INTO orders (note, quantity) VALUES ({note + "b"}, 1)", token);
        }, cancellationToken: Cancelled);
        Assert.Equal(2, attempts);
        Assert.Equal(2, await shop.Orders.CountAsync(o => o.Note.StartsWith(note), Cancelled));
    }

    [Fact]
    public async Task TransactionWithoutAStrategy_Lost_IsNotGoneOnWithAndTheContextLivesOn()
    {
        await using var shop = new Shop(Shop.Options(Db));
        var note = Guid.NewGuid().ToString();
        await using (await shop.Database.BeginTransactionAsync(Cancelled))
        {
            await EndAsync((NpgsqlConnection)shop.Database.GetDbConnection());
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => shop.Database.ExecuteSqlAsync($"INSERT INTO orders (note, quantity) VALUES ({note + "a"}, 1)", Cancelled));
            await Assert.ThrowsAsync<InvalidOperationException>(() => shop.Database.ExecuteSqlAsync($"INSERT INTO orders (note, quantity) VALUES ({note + "b"}, 1)", Cancelled)); // Npgsql's: it is completed
        }

        Assert.Equal(0, await shop.Orders.CountAsync(o => o.Note.StartsWith(note), Cancelled));
    }

    /// <summary>Many counters, and somebody who ends every session of the application again and again.</summary>
    [Fact]
    public async Task SaveChangesUnderTerminations_EachSuccessIsAppliedOnce()
    {
        const int Counters = 6;
        var prefix = $"counter {Guid.NewGuid()} ";
        for (var i = 0; i < Counters; i++)
            await ExecuteAsync($"INSERT INTO orders (note, quantity) VALUES ('{prefix}{i}', 0)");
        using var stop = new CancellationTokenSource();
        var errors = new ConcurrentQueue<Exception>();
        var counts = new int[Counters];
        var counters = Enumerable.Range(0, Counters).Select(i => Task.Run(() => CountAsync(i), Cancelled)).ToArray();
        var ended = 0L;
        while (ended < 150 || counts.Any(c => Volatile.Read(ref c) < 20))
        {
            var before = counts.Sum();
            await ClusterTest.UntilAsync("one of them goes on", () => Task.FromResult(counts.Sum() > before || !errors.IsEmpty));
            ended += await EndAllAsync();
            if (errors.TryPeek(out var error))
                Assert.Fail(error.ToString());
        }

        await stop.CancelAsync();
        await Task.WhenAll(counters);
        TestContext.Current.TestOutputHelper?.WriteLine($"{counts.Sum()} counted, {ended} sessions ended");
        await using var shop = new Shop(Shop.Options(Db));
        for (var i = 0; i < Counters; i++)
            Assert.Equal(counts[i], await shop.Orders.Where(o => o.Note == prefix + i).Select(o => o.Quantity).SingleAsync(Cancelled));

        async Task CountAsync(int i)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await using var counting = new Shop(Shop.Options(Db));
                    switch (counts[i] % 3)
                    {
                        case 0:
                            var order = await counting.Orders.SingleAsync(o => o.Note == prefix + i, CancellationToken.None);
                            order.Quantity++;
                            await counting.SaveChangesAsync(CancellationToken.None);
                            break;
                        case 1:
                            await counting.Orders.Where(o => o.Note == prefix + i).ExecuteUpdateAsync(o => o.SetProperty(x => x.Quantity, x => x.Quantity + 1), CancellationToken.None);
                            break;
                        default:
                            await counting.Database.ExecuteInTransactionAsync(async token =>
                            {
                                var tracked = await counting.Orders.SingleAsync(o => o.Note == prefix + i, token);
                                tracked.Quantity++;
                                await counting.SaveChangesAsync(token);
                            }, cancellationToken: CancellationToken.None);
                            break;
                    }

                    Interlocked.Increment(ref counts[i]);
                }
                catch (Exception e)
                {
                    errors.Enqueue(e);
                    return;
                }
            }
        }
    }

    /// <summary>Tells how many.</summary>
    private Task<long> EndAllAsync() =>
        serving.Cluster["n1"].ScalarAsync<long>("SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app' AND datname = 'app' AND application_name NOT LIKE 'haconnect-%'", Cancelled);

    private async Task EndAsync(NpgsqlConnection connection)
    {
        var pid = connection.ProcessID;
        await serving.Cluster["n1"].ScalarAsync<bool>($"SELECT pg_terminate_backend({pid})", Cancelled);
        await ClusterTest.UntilAsync("it is gone", async () => await serving.Cluster["n1"].ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}", Cancelled) == 0);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Db.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = Db.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancelled);
    }
}
