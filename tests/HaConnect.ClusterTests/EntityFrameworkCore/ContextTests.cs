using HaConnect.ClusterTests.DataSource;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HaConnect.ClusterTests.EntityFrameworkCore;

/// <summary>What a context does while nothing happens to its servers.</summary>
public sealed class ContextTests(ServingCluster serving) : IClassFixture<ServingCluster>, IAsyncLifetime
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private HaDataSource Db => serving.Db;

    public async ValueTask InitializeAsync()
    {
        await using var create = Db.CreateCommand(Shop.Tables);
        await create.ExecuteNonQueryAsync(Cancelled);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Context_WritesAndReads_AtThePrimary()
    {
        var note = NewNote();
        await using var shop = new Shop(Shop.Options(Db));
        shop.Orders.Add(new Order { Note = note, Quantity = 1 });
        Assert.Equal(1, await shop.SaveChangesAsync(Cancelled));
        Assert.Equal(1, await shop.Orders.Where(o => o.Note == note).ExecuteUpdateAsync(o => o.SetProperty(x => x.Quantity, 2), Cancelled));
        Assert.Equal(2, await shop.Orders.AsNoTracking().Where(o => o.Note == note).Select(o => o.Quantity).SingleAsync(Cancelled));
        Assert.Equal(1, await shop.Database.ExecuteSqlAsync($"UPDATE orders SET quantity = 3 WHERE note = {note}", Cancelled));
        Assert.Equal(3, await shop.Orders.AsNoTracking().Where(o => o.Note == note).Select(o => o.Quantity).SingleAsync(Cancelled));
        Assert.Equal(1, await shop.Orders.Where(o => o.Note == note).ExecuteDeleteAsync(Cancelled));
        Assert.Equal(serving.PrimaryPort, await shop.PortAsync());
    }

    [Fact]
    public void Context_SynchronousMembers_DoTheSame()
    {
        var note = NewNote();
        using var shop = new Shop(Shop.Options(Db));
        shop.Orders.Add(new Order { Note = note, Quantity = 1 });
        Assert.Equal(1, shop.SaveChanges());
        Assert.Equal(1, shop.Orders.Where(o => o.Note == note).ExecuteUpdate(o => o.SetProperty(x => x.Quantity, 2)));
        Assert.Equal(2, shop.Orders.AsNoTracking().Single(o => o.Note == note).Quantity);
        using (var transaction = shop.Database.CreateExecutionStrategy().Execute(() => shop.Database.BeginTransaction()))
            transaction.Rollback();
        shop.Database.CreateExecutionStrategy().Execute(() =>
        {
            using var transaction = shop.Database.BeginTransaction();
            shop.Database.ExecuteSql($"UPDATE orders SET quantity = 7 WHERE note = {note}");
            transaction.Commit();
        });
        Assert.Equal(7, shop.Orders.AsNoTracking().Single(o => o.Note == note).Quantity);
        Assert.Equal(1, shop.Orders.Where(o => o.Note == note).ExecuteDelete());
    }

    [Fact]
    public async Task Writes_EachGuarantee_LeaveATokenOrNone()
    {
        await using (var resolved = new Shop(Shop.Options(Db)))
        {
            var before = await TokensAsync();
            resolved.Orders.Add(new Order { Note = NewNote(), Quantity = 1 });
            await resolved.SaveChangesAsync(Cancelled);
            await resolved.Orders.Where(o => o.Id < 0).ExecuteUpdateAsync(o => o.SetProperty(x => x.Quantity, 2), Cancelled);
            await resolved.Orders.Where(o => o.Id < 0).ExecuteDeleteAsync(Cancelled);
            await resolved.Database.ExecuteInTransactionAsync(token => resolved.Database.ExecuteSqlAsync($"UPDATE orders SET quantity = 1 WHERE id < 0", token), cancellationToken: Cancelled);
            Assert.Equal(before + 4, await TokensAsync());
        }

        await using (var confirmed = new Shop(Shop.Options(Db, ha => ha.WithCommitGuarantee(CommitGuarantee.Confirmed))))
        {
            var before = await TokensAsync();
            confirmed.Orders.Add(new Order { Note = NewNote(), Quantity = 1 });
            await confirmed.SaveChangesAsync(Cancelled);
            await confirmed.Orders.Where(o => o.Id < 0).ExecuteDeleteAsync(Cancelled);
            Assert.Equal(before, await TokensAsync());
        }

        async Task<long> TokensAsync()
        {
            await using var count = Db.CreateCommand("CREATE SCHEMA IF NOT EXISTS haconnect; SELECT CASE WHEN to_regclass('haconnect.commit_token') IS NULL THEN 0 ELSE (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM haconnect.commit_token', false, true, '')))[1]::text::bigint END");
            return (long)(await count.ExecuteScalarAsync(Cancelled))!;
        }
    }

    [Fact]
    public async Task Errors_OfTheServerAndOfEntityFramework_ComeUnchanged()
    {
        var note = NewNote();
        await using var shop = new Shop(Shop.Options(Db));
        var order = new Order { Note = note, Quantity = 1 };
        shop.Orders.Add(order);
        await shop.SaveChangesAsync(Cancelled);
        shop.Orders.Add(new Order { Note = note, Quantity = 1 });
        var twice = await Assert.ThrowsAsync<DbUpdateException>(() => shop.SaveChangesAsync(Cancelled));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, Assert.IsType<PostgresException>(twice.InnerException).SqlState);
        shop.ChangeTracker.Clear();
        shop.Orders.Remove(new Order { Id = order.Id, Note = note, Quantity = 1 });
        await shop.SaveChangesAsync(Cancelled);
        shop.Orders.Remove(new Order { Id = order.Id, Note = note, Quantity = 1 });
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => shop.SaveChangesAsync(Cancelled));
        var wrong = await Assert.ThrowsAsync<PostgresException>(() => shop.Database.ExecuteSqlRawAsync("SELEC", Cancelled));
        Assert.Equal(PostgresErrorCodes.SyntaxError, wrong.SqlState);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shop.Orders.ToListAsync(cancelled.Token));
        await using var outside = await shop.Database.CreateExecutionStrategy().ExecuteAsync(() => shop.Database.BeginTransactionAsync(Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => shop.Orders.ToListAsync(Cancelled)); // as with every strategy that repeats
    }

    [Fact]
    public async Task CommandTimeout_OfTheContext_OutlivesItsConnections()
    {
        await using var shop = new Shop(Shop.Options(Db));
        shop.Database.SetCommandTimeout(77);
        await shop.Orders.CountAsync(Cancelled);
        Assert.Equal(77, shop.Database.GetCommandTimeout());
        await shop.Database.OpenConnectionAsync(Cancelled);
        Assert.Equal(77, shop.Database.GetCommandTimeout());
        await shop.Database.CloseConnectionAsync();
        Assert.Equal(77, shop.Database.GetCommandTimeout());
    }

    [Fact]
    public async Task ConnectionOfTheContext_OpenedByHand_IsAtThePrimaryBeforeAndAfterAQuery()
    {
        await using var shop = new Shop(Shop.Options(Db));
        for (var i = 0; i < 2; i++)
        {
            var connection = (NpgsqlConnection)shop.Database.GetDbConnection();
            await connection.OpenAsync(Cancelled);
            Assert.Equal(serving.PrimaryPort, connection.Port);
            await connection.CloseAsync();
            await shop.Orders.CountAsync(Cancelled);
        }
    }

    [Fact]
    public async Task PooledContexts_ComeBackCleanAndWithoutSessions()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Db);
        services.AddDbContextPool<Shop>(options => options.UseHaDatabase(), poolSize: 1);
        await using var provider = services.BuildServiceProvider();
        await using (var first = provider.CreateAsyncScope())
        {
            var shop = first.ServiceProvider.GetRequiredService<Shop>();
            shop.Database.BeginReadScope(); // never disposed
            Assert.NotEqual(serving.PrimaryPort, await shop.PortAsync());
        }

        await using (var second = provider.CreateAsyncScope())
        {
            var shop = second.ServiceProvider.GetRequiredService<Shop>();
            Assert.Equal(serving.PrimaryPort, await shop.PortAsync());
            shop.Orders.Add(new Order { Note = NewNote(), Quantity = 1 });
            await shop.SaveChangesAsync(Cancelled);
            await shop.Database.OpenConnectionAsync(Cancelled); // never closed
        }

        await using (var third = provider.CreateAsyncScope())
            Assert.Equal(serving.PrimaryPort, await third.ServiceProvider.GetRequiredService<Shop>().PortAsync());
    }

    [Fact]
    public async Task Scope_SaveChangesAndBulkWrites_AreSeenAtReplicasByTheirPosition()
    {
        var note = NewNote();
        using var scope = Db.BeginCausalScope();
        await using var shop = new Shop(Shop.Options(Db));
        shop.Orders.Add(new Order { Note = note, Quantity = 1 });
        await shop.SaveChangesAsync(Cancelled);
        var saved = Assert.IsType<CausalToken>(scope.Token);
        await SeesAsync(1);
        await shop.Orders.Where(o => o.Note == note).ExecuteUpdateAsync(o => o.SetProperty(x => x.Quantity, 5), Cancelled);
        Assert.True(scope.Token!.Position > saved.Position);
        await SeesAsync(5);
        var updated = scope.Token;
        await shop.Database.ExecuteSqlAsync($"UPDATE orders SET quantity = 6 WHERE note = {note}", Cancelled);
        Assert.True(scope.Token!.Position > updated.Position);
        await SeesAsync(6);

        async Task SeesAsync(int quantity)
        {
            using (shop.Database.BeginReadScope(new ReadPolicy { Fallback = ReadFallback.Wait }))
            {
                Assert.NotEqual(serving.PrimaryPort, await shop.PortAsync());
                Assert.Equal(quantity, await shop.Orders.AsNoTracking().Where(o => o.Note == note).Select(o => o.Quantity).SingleAsync(Cancelled));
            }
        }
    }

    /// <summary>A connection that is opened by hand belongs to the scope like one that Entity Framework Core opens.</summary>
    [Fact]
    public async Task Scope_SavedOverAConnectionOpenedByHand_IsSeenAtReplicasByItsPosition()
    {
        var note = NewNote();
        using var scope = Db.BeginCausalScope();
        await using var shop = new Shop(Shop.Options(Db));
        await shop.Database.GetDbConnection().OpenAsync(Cancelled);
        shop.Orders.Add(new Order { Note = note, Quantity = 1 });
        await shop.SaveChangesAsync(Cancelled);
        Assert.NotNull(scope.Token);
        await using var replica = await Db.OpenReadConnectionAsync(new ReadPolicy { Fallback = ReadFallback.Wait }, Cancelled);
        Assert.NotEqual(serving.PrimaryPort, replica.Port);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM orders WHERE note = $1", replica) { Parameters = { new() { Value = note } } };
        Assert.Equal(1L, await count.ExecuteScalarAsync(Cancelled));
    }

    private static string NewNote() => Guid.NewGuid().ToString();
}
