using Dapper;

namespace HaConnect.ClusterTests.Libraries;

/// <summary>Dapper, which is a set of extensions of DbConnection.</summary>
public sealed class DapperTests : ClusterTest
{
    [Fact]
    public async Task ReadsAndWrites_BeforeAndAfterAFailover()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        await using (var connection = await db.OpenConnectionAsync(Cancelled))
        {
            await connection.ExecuteAsync("CREATE TABLE orders (id bigint PRIMARY KEY, note text)");
            await using var transaction = await connection.BeginTransactionAsync(Cancelled);
            Assert.Equal(2, await connection.ExecuteAsync("INSERT INTO orders VALUES (@Id, @Note)", (Order[])[new(1, "one"), new(2, "two")], transaction));
            await transaction.CommitConfirmedAsync(Cancelled);
        }

        using (db.BeginCausalScope(await db.CaptureTokenAsync(Cancelled)))
        {
            await using var read = await db.Reads.OpenConnectionAsync(Cancelled);
            Assert.Equal([new Order(1, "one"), new Order(2, "two")], await read.QueryAsync<Order>("SELECT * FROM orders ORDER BY id"));
        }

        await cluster["n1"].KillAsync(Cancelled);
        await db.ExecuteAsync((connection, token) => connection.ExecuteAsync(new CommandDefinition("INSERT INTO orders VALUES (3, 'three') ON CONFLICT DO NOTHING", cancellationToken: token)), WorkKind.IdempotentWrite, Cancelled);
        await using var after = await db.OpenConnectionAsync(Cancelled);
        using (var results = await after.QueryMultipleAsync("SELECT count(*)::int FROM orders; SELECT * FROM orders WHERE id = @id", new { id = 3L }))
        {
            Assert.Equal(3, await results.ReadSingleAsync<int>());
            Assert.Equal(new Order(3, "three"), await results.ReadSingleAsync<Order>());
        }

        Assert.Equal(2, db.Snapshot.Term);
    }

    private sealed record Order(long Id, string Note);
}
