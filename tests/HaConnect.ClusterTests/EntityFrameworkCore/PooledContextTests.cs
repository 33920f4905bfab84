using HaConnect.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HaConnect.ClusterTests.EntityFrameworkCore;

/// <summary>A context that is used by one after the other, and what one has left to the next.</summary>
public sealed class PooledContextTests : ClusterTest
{
    /// <summary>Whoever had it before has left a connection: made and not opened, as a wait that was given up does, or lost before it was closed, as a COMMIT does whose outcome was found out.</summary>
    [Theory]
    [InlineData("unopened")]
    [InlineData("lost")]
    public async Task PooledContext_LeftWithAConnection_IsAtTheNextPrimary(string left)
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        await using var services = new ServiceCollection().AddDbContextPool<Shop>(options => options.UseHaDatabase(db), poolSize: 1).BuildServiceProvider();
        var first = await InScopeAsync(services, async shop =>
        {
            await shop.Database.ExecuteSqlRawAsync(Shop.Tables, Cancelled);
            _ = shop.Database.GetDbConnection();
            if (left == "unopened")
                return;
            await shop.Database.OpenConnectionAsync(Cancelled);
            var connection = (NpgsqlConnection)shop.Database.GetDbConnection();
            await using var end = new NpgsqlCommand("SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())", connection);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => end.ExecuteNonQueryAsync(Cancelled));
            await shop.Database.CloseConnectionAsync();
        });
        await cluster["n1"].KillAsync(Cancelled);
        var second = await InScopeAsync(services, async shop =>
        {
            shop.Orders.Add(new Order { Note = left, Quantity = 1 });
            Assert.Equal(1, await shop.SaveChangesAsync(Cancelled)); // waits
            Assert.NotEqual(cluster["n1"].Port, await shop.PortAsync());
        });
        Assert.Same(first, second);
    }

    private static async Task<Shop> InScopeAsync(ServiceProvider services, Func<Shop, Task> work)
    {
        await using var scope = services.CreateAsyncScope();
        var shop = scope.ServiceProvider.GetRequiredService<Shop>();
        await work(shop);
        return shop;
    }
}
