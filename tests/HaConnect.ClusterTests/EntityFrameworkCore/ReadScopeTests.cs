using HaConnect.ClusterTests.DataSource;
using Microsoft.EntityFrameworkCore;

namespace HaConnect.ClusterTests.EntityFrameworkCore;

/// <summary>Contexts and scopes that only read.</summary>
public sealed class ReadScopeTests(ServingCluster serving) : IClassFixture<ServingCluster>, IAsyncLifetime
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private HaDataSource Db => serving.Db;

    public async ValueTask InitializeAsync()
    {
        await using var create = Db.CreateCommand(Shop.Tables);
        await create.ExecuteNonQueryAsync(Cancelled);
        var token = await Db.CaptureTokenAsync(Cancelled);
        foreach (var node in (string[])["n2", "n3"]) // the table is there, whoever is asked next
            await (await Db.OpenReadConnectionAsync(new ReadPolicy { After = token, Nodes = [node], Fallback = ReadFallback.Wait }, Cancelled)).DisposeAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(ReadConsistency.Bounded, false)]
    [InlineData(ReadConsistency.Eventual, false)]
    [InlineData(ReadConsistency.Strong, true)]
    public async Task EachConsistency_LeadsWhereItsReadsGo(ReadConsistency consistency, bool isPrimary)
    {
        var policy = new ReadPolicy { Consistency = consistency, Fallback = consistency == ReadConsistency.Strong ? null : ReadFallback.Wait };
        await using var reads = new Shop(Shop.Options(Db, ha => ha.ForReads(policy)));
        Assert.Equal(isPrimary, await reads.PortAsync() == serving.PrimaryPort);
        await using var shop = new Shop(Shop.Options(Db));
        using (shop.Database.BeginReadScope(policy))
        {
            Assert.Equal(isPrimary, await shop.PortAsync() == serving.PrimaryPort);
            _ = await shop.Orders.CountAsync(Cancelled);
        }

        Assert.Equal(serving.PrimaryPort, await shop.PortAsync());
    }

    [Fact]
    public async Task NestedScopes_EachHoldsUntilItEnds()
    {
        await using var shop = new Shop(Shop.Options(Db));
        using (shop.Database.BeginReadScope(new ReadPolicy { Nodes = ["n2"], Fallback = ReadFallback.Wait }))
        {
            Assert.Equal(serving.Cluster["n2"].Port, await shop.PortAsync());
            using (shop.Database.BeginReadScope(new ReadPolicy { Nodes = ["n3"], Fallback = ReadFallback.Wait }))
                Assert.Equal(serving.Cluster["n3"].Port, await shop.PortAsync());
            Assert.Equal(serving.Cluster["n2"].Port, await shop.PortAsync());
        }
    }

    [Theory]
    [InlineData("SaveChanges")]
    [InlineData("ExecuteUpdate")]
    [InlineData("ExecuteDelete")]
    [InlineData("ExecuteSql")]
    [InlineData("Migrate")]
    [InlineData("FromSql")]
    public async Task Writes_InAReadScopeOrAContextForReads_AreRefused(string way)
    {
        var note = Guid.NewGuid().ToString();
        var policy = new ReadPolicy { Fallback = ReadFallback.Wait };
        await using (var shop = new Shop(Shop.Options(Db)))
        {
            using (shop.Database.BeginReadScope(policy))
                AssertTold(await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(shop, way, note)));
            if (way == "SaveChanges")
                Assert.Equal(1, await shop.SaveChangesAsync(Cancelled)); // nothing of it is lost
        }

        await using (var reads = new Shop(Shop.Options(Db, ha => ha.ForReads(policy))))
            AssertTold(await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(reads, way, note + "2")));
        await using var count = Db.CreateCommand($"SELECT count(*) FROM orders WHERE note LIKE '{note}%'");
        Assert.Equal(way == "SaveChanges" ? 1L : 0, await count.ExecuteScalarAsync(Cancelled));

        static void AssertTold(InvalidOperationException error) => Assert.Contains("the context only reads", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeginReadScope_WhileAConnectionIsOpen_IsRefused()
    {
        await using var shop = new Shop(Shop.Options(Db));
        await shop.Database.OpenConnectionAsync(Cancelled);
        var error = Assert.Throws<InvalidOperationException>(() => shop.Database.BeginReadScope());
        Assert.Contains("has a connection open", error.Message, StringComparison.Ordinal);
        await shop.Database.CloseConnectionAsync();
        using var scope = shop.Database.BeginReadScope();
    }

    [Fact]
    public async Task Transactions_InAReadScope_ReadOneSnapshotAtAReplica()
    {
        await using var shop = new Shop(Shop.Options(Db));
        using var scope = shop.Database.BeginReadScope(new ReadPolicy { Fallback = ReadFallback.Wait });
        var port = await shop.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await shop.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Cancelled);
            _ = await shop.Orders.CountAsync(Cancelled);
            var port = await shop.PortAsync();
            await transaction.CommitAsync(Cancelled);
            return port;
        });
        Assert.NotEqual(serving.PrimaryPort, port);
    }

    private static async Task WriteAsync(Shop shop, string way, string note)
    {
        switch (way)
        {
            case "SaveChanges":
                shop.Orders.Add(new Order { Note = note, Quantity = 1 });
                await shop.SaveChangesAsync(Cancelled);
                break;
            case "ExecuteUpdate":
                await shop.Orders.ExecuteUpdateAsync(o => o.SetProperty(x => x.Quantity, 2), Cancelled);
                break;
            case "ExecuteDelete":
                await shop.Orders.ExecuteDeleteAsync(Cancelled);
                break;
            case "ExecuteSql":
                await shop.Database.ExecuteSqlAsync($"INSERT INTO orders (note, quantity) VALUES ({note}, 1)", Cancelled);
                break;
            case "Migrate":
                await shop.Database.MigrateAsync(Cancelled);
                break;
            default:
                await shop.Orders.FromSql($"INSERT INTO orders (note, quantity) VALUES ({note}, 1) RETURNING *").ToListAsync(Cancelled);
                break;
        }
    }
}
