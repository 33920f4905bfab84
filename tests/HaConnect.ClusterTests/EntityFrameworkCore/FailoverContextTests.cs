using Microsoft.EntityFrameworkCore;

namespace HaConnect.ClusterTests.EntityFrameworkCore;

/// <summary>One live context across changes of the primary.</summary>
public sealed class FailoverContextTests : ClusterTest
{
    private static readonly TimeSpan HangBound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task LiveContext_KillAndSwitchover_IsAlwaysAtThePrimary()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        await using var shop = new Shop(Shop.Options(db));
        await shop.Database.ExecuteSqlRawAsync(Shop.Tables, Cancelled);
        await SaveAsync("first");
        var result = await db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled);
        Assert.True(result.Succeeded, result.Reason);
        await SaveAsync("second");
        Assert.Equal(cluster["n2"].Port, await shop.PortAsync());
        await cluster.RejoinAsync(cluster["n1"], discards: false, Cancelled);
        await UntilAsync("n1 counts again", () => Task.FromResult(db.Snapshot["n1"]!.Lag is not null));
        await cluster["n2"].KillAsync(Cancelled);
        await SaveAsync("third"); // waits
        Assert.NotEqual(cluster["n2"].Port, await shop.PortAsync());
        Assert.Equal(["first", "second", "third"], await shop.Orders.OrderBy(o => o.Id).Select(o => o.Note).ToListAsync(Cancelled));

        async Task SaveAsync(string note)
        {
            shop.Orders.Add(new Order { Note = note, Quantity = 1 });
            await shop.SaveChangesAsync(Cancelled);
        }
    }

    /// <summary>What hangs at the frozen server is given up as soon as another one is the primary; how soon Npgsql lets go of it, the connection string's Timeout says.</summary>
    [Theory]
    [InlineData("query")]
    [InlineData("save")]
    [InlineData("commit")]
    public async Task PrimaryFrozen_UnderAnOperation_IsRepeatedAtTheNextOneAndAppliedOnce(string under)
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.ConnectionString += ";Timeout=2;Command Timeout=60";
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await using var shop = new Shop(Shop.Options(db));
        await shop.Database.ExecuteSqlRawAsync(Shop.Tables + "; CREATE TABLE held (id int); INSERT INTO held VALUES (1)", Cancelled);

        // Something waits for a lock at the moment of the freeze: the query, the INSERT, or the COMMIT by a deferred trigger.
        await shop.Database.ExecuteSqlRawAsync("""
            CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT pg_catalog.pg_is_in_recovery() THEN PERFORM FROM held FOR UPDATE; END IF; RETURN NEW; END $$;
            """, Cancelled);
        await shop.Database.ExecuteSqlRawAsync(under == "commit"
            ? "CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()"
            : "CREATE TRIGGER waits BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION wait()", Cancelled);
        await using var holder = await db.OpenConnectionAsync(Cancelled);
        var hold = await holder.BeginTransactionAsync(Cancelled);
        await using (var take = new Npgsql.NpgsqlCommand(under == "query" ? "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE" : "SELECT 1 FROM held FOR UPDATE", holder))
            await take.ExecuteNonQueryAsync(Cancelled);
        var running = Task.Run(RunAsync, Cancelled);
        await UntilAsync("it waits for the lock", async () => await cluster["n1"].ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND backend_type = 'client backend'", Cancelled) == 1);
        await cluster["n1"].FreezeAsync(Cancelled);
        var startedAt = TimeProvider.System.GetTimestamp();
        Assert.Equal(1, await running.WaitAsync(HangBound, TimeProvider.System, Cancelled));
        TestContext.Current.TestOutputHelper?.WriteLine($"{under}: {TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds:0.0} s after the freeze");
        Assert.NotEqual("n1", db.Snapshot.Primary!.Name);
        if (under != "query")
            Assert.Equal(1, await shop.Orders.CountAsync(Cancelled));
        await cluster["n1"].ThawAsync(Cancelled);
        await UntilAsync("the frozen one is put aside", () => Task.FromResult(db.Snapshot["n1"]!.Reachability == NodeReachability.Reachable));

        async Task<int> RunAsync()
        {
            if (under == "query")
                return 1 + await shop.Orders.CountAsync(Cancelled);
            shop.Orders.Add(new Order { Note = under, Quantity = 1 });
            return await shop.SaveChangesAsync(Cancelled);
        }
    }
}
