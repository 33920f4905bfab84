using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary>Read-your-writes and monotonic reads on servers of which some replay late; the same reads without a scope show that it is needed.</summary>
public sealed class CausalTests : ClusterTest
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1.5);

    [Theory]
    [InlineData("execute")]
    [InlineData("command")]
    [InlineData("connection")]
    [InlineData("created connection")]
    [InlineData("token")]
    public async Task EveryStandbyLate_ReadsSeeOnesOwnWrites(string way)
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        await using var other = new HaDataSourceBuilder(Options(cluster)).Build();
        await CreateTableAsync(db);
        await (await other.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilServingAsync(db, "n2", "n3");
        await UntilServingAsync(other, "n2", "n3");
        foreach (var node in (string[])["n2", "n3"])
            await cluster[node].SetReplayDelayAsync(Late, Cancelled);

        var missedWithout = 0;
        for (var key = 1; key <= 20; key++)
        {
            using var scope = db.BeginCausalScope();
            await WriteAsync(db, way, key);
            await using (var connection = way == "token"
                ? await other.OpenReadConnectionAsync(new ReadPolicy { After = CausalToken.Parse((await scope.CaptureAsync(Cancelled))!.ToString()) }, Cancelled)
                : await db.OpenReadConnectionAsync(Cancelled))
            {
                Assert.True(await SeesAsync(connection, key), $"write {key} is missing at port {connection.Port}");
            }

            await using var eventual = await db.OpenReadConnectionAsync(new ReadPolicy { Consistency = ReadConsistency.Eventual }, Cancelled);
            missedWithout += await SeesAsync(eventual, key) ? 0 : 1;
            await using var strong = await other.OpenReadConnectionAsync(new ReadPolicy { Consistency = ReadConsistency.Strong }, Cancelled);
            Assert.True(await SeesAsync(strong, key));
        }

        Assert.True(missedWithout > 10, $"eventual reads missed {missedWithout} of 20: the test shows little");
    }

    /// <summary>Where replicas replay at once, they serve the reads, although no probe has shown yet that they have the write.</summary>
    [Fact]
    public async Task StandbysReplayAtOnce_ServeReadsUnderTokens()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(10);
        options.Routing.LatencyWindow = TimeSpan.FromSeconds(10); // a busy machine must not leave one out for its latency
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await CreateTableAsync(db);
        var served = new Dictionary<int, int>();
        for (var key = 1; key <= 100; key++)
        {
            using var scope = db.BeginCausalScope(policy: new ReadPolicy { Fallback = ReadFallback.Wait, CatchUpTimeout = TimeSpan.FromSeconds(10) });
            await WriteAsync(db, "execute", key);
            await using var connection = await db.OpenReadConnectionAsync(Cancelled);
            Assert.True(await SeesAsync(connection, key));
            served[connection.Port] = served.GetValueOrDefault(connection.Port) + 1;
        }

        Assert.Equal(new HashSet<int> { cluster["n2"].Port, cluster["n3"].Port }, served.Keys.ToHashSet());
    }

    /// <summary>Work that throws may have committed before.</summary>
    [Fact]
    public async Task WorkThatThrowsAfterItsCommit_IsSeenAllTheSame()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        await CreateTableAsync(db);
        await UntilServingAsync(db, "n2", "n3");
        foreach (var node in (string[])["n2", "n3"])
            await cluster[node].SetReplayDelayAsync(Late, Cancelled);
        using var scope = db.BeginCausalScope();
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.ExecuteAsync(
            async (connection, token) =>
            {
                await InsertAsync(connection, 1);
                throw new InvalidOperationException("of the application");
            },
            Cancelled));
        await using var connection = await db.OpenReadConnectionAsync(Cancelled);
        Assert.True(await SeesAsync(connection, 1));
    }

    [Fact]
    public async Task OneStandbyLate_ReadsOfAScopeNeverGoBack()
    {
        await using var db = new HaDataSourceBuilder(Options(await StartWithOneLateAsync())).Build();
        using var scope = db.BeginCausalScope();
        await NeverGoesBackAsync(db, () => ReadAsync(db));
    }

    [Fact]
    public async Task OneStandbyLate_ReadsFromTokenToTokenNeverGoBack()
    {
        await using var db = new HaDataSourceBuilder(Options(await StartWithOneLateAsync())).Build();
        CausalToken? token = null;
        await NeverGoesBackAsync(db, async () =>
        {
            using var scope = db.BeginCausalScope(token);
            var now = await ReadAsync(db);
            token = await scope.CaptureAsync(Cancelled);
            return now;
        });
    }

    /// <summary>With asynchronous replication a failover can lose writes: their tokens are refused, those of all others are honoured, by any instance.</summary>
    [Fact]
    public async Task FailoverThatLosesAWrite_ItsTokenIsRefused()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster, 0)).Build();
        await UntilManagedAsync(db);
        await CreateTableAsync(db);
        var kept = await WriteAndCaptureAsync(db, 1);
        await cluster.WaitUntilStreamingAsync(cancellationToken: Cancelled);
        foreach (var node in (string[])["n2", "n3"])
        {
            await UntilAsync($"{node} has the first write", async () => await LastAsync(cluster, node) == 1);
            await cluster[node].BlockReplicationAsync(Cancelled);
        }

        var lost = await WriteAndCaptureAsync(db, 2);
        var open = db.BeginCausalScope();
        await WriteAsync(db, "connection", 20); // of which only the time is known
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("the loss is seen", () => Task.FromResult(db.Snapshot is not { Primary.Name: "n1" }));
        var meanwhile = await Assert.ThrowsAsync<CausalTokenException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { Consistency = ReadConsistency.Strong }, Cancelled)); // it waits through the failover
        Assert.StartsWith("What was written or read in this causal scope before", meanwhile.Message, StringComparison.Ordinal);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
        var untold = await Assert.ThrowsAsync<CausalTokenException>(async () => await db.OpenReadConnectionAsync(Cancelled));
        Assert.StartsWith("What was written or read in this causal scope before cannot be found again for certain", untold.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CausalTokenException>(() => open.CaptureAsync(Cancelled));
        open.Dispose();
        var after = await WriteAndCaptureAsync(db, 3);

        await using var late = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build(); // it did not see the failover
        foreach (var instance in (HaDataSource[])[db, late])
        {
            await using (var connection = await instance.OpenReadConnectionAsync(new ReadPolicy { After = kept }, Cancelled))
                Assert.True(await SeesAsync(connection, 1));
            await using (var connection = await instance.OpenReadConnectionAsync(new ReadPolicy { After = after }, Cancelled))
                Assert.Equal((false, true), (await SeesAsync(connection, 2), await SeesAsync(connection, 3)));
            var error = await Assert.ThrowsAsync<CausalTokenException>(async () => await instance.OpenReadConnectionAsync(new ReadPolicy { After = lost }, Cancelled));
            Assert.Contains("may be lost: a failover since then keeps what was written up to ", error.Message, StringComparison.Ordinal);
            Assert.Equal((lost, false), (error.Token, error.IsTransient));
        }

        // A scope that wrote before and after it tells, too.
        using var scope = db.BeginCausalScope(lost);
        await WriteAsync(db, "execute", 4);
        await Assert.ThrowsAsync<CausalTokenException>(() => scope.CaptureAsync(Cancelled));
    }

    [Fact]
    public async Task FailoverThatLosesNothing_TokensFromBeforeAreHonoured()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        await CreateTableAsync(db);
        var tokens = new List<CausalToken>();
        for (var key = 1; key <= 20; key++)
            tokens.Add(await WriteAndCaptureAsync(db, key));
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
        for (var key = 1; key <= 20; key++)
        {
            await using var connection = await db.OpenReadConnectionAsync(new ReadPolicy { After = tokens[key - 1] }, Cancelled);
            Assert.True(await SeesAsync(connection, key), $"write {key} is missing");
        }
    }

    /// <summary>Nobody coordinates: what a promotion kept is known to those who saw it.</summary>
    [Fact]
    public async Task PromotionByHand_TokensAreHonouredAsFarAsItIsKnown()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        await CreateTableAsync(db);
        var kept = await WriteAndCaptureAsync(db, 1);
        await UntilAsync("n2 seen with the first write", () => Task.FromResult(db.Snapshot["n2"]!.Position is { } position && position >= kept.Position));
        await cluster["n2"].BlockReplicationAsync(Cancelled);
        var lost = await WriteAndCaptureAsync(db, 2);
        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        await UntilAsync("n2 is the primary", () => Task.FromResult(db.Snapshot.Primary is { Name: "n2", Timeline: 2 }));

        await using (var connection = await db.OpenReadConnectionAsync(new ReadPolicy { After = kept }, Cancelled))
            Assert.True(await SeesAsync(connection, 1));
        var error = await Assert.ThrowsAsync<CausalTokenException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { After = lost }, Cancelled));
        Assert.Contains("of timeline 2 it is known only that it holds what was written up to", error.Message, StringComparison.Ordinal);
        await using var late = new HaDataSourceBuilder(Options(cluster)).Build();
        error = await Assert.ThrowsAsync<CausalTokenException>(async () => await late.OpenReadConnectionAsync(new ReadPolicy { After = kept }, Cancelled));
        Assert.Contains("this instance did not see how that one began", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A pooled connection whose server process is gone is only noticed when it is asked.</summary>
    [Fact]
    public async Task ConnectionLostUnderACapture_IsAskedAgain()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        await CreateTableAsync(db);
        using var scope = db.BeginCausalScope();
        await WriteAsync(db, "connection", 1);
        await cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{cluster.Application.User}' AND application_name = ''", Cancelled);
        Assert.NotNull(await scope.CaptureAsync(Cancelled));
        await cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{cluster.Application.User}' AND application_name = ''", Cancelled);
        Assert.NotNull(await db.CaptureTokenAsync(Cancelled));
    }

    [Fact]
    public async Task TokenOfAnotherCluster_IsRefusedByName()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        await using var db = new HaDataSourceBuilder(Options(cluster)).Build();
        var own = await db.CaptureTokenAsync(Cancelled);
        var foreign = new CausalToken(own.SystemIdentifier + 1, own.Term, own.Timeline, own.Lsn);
        var error = await Assert.ThrowsAsync<CausalTokenException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { After = foreign }, Cancelled));
        Assert.Contains($"it is of the cluster with the system identifier {foreign.SystemIdentifier}, and this one's is {own.SystemIdentifier}", error.Message, StringComparison.Ordinal);
        await using var connection = await db.OpenReadConnectionAsync(new ReadPolicy { After = own }, Cancelled);
        Assert.Equal(cluster["n1"].Port, connection.Port);
    }

    private async Task<PostgresCluster> StartWithOneLateAsync()
    {
        var cluster = await StartClusterAsync();
        await cluster["n3"].SetReplayDelayAsync(Late, Cancelled);
        return cluster;
    }

    private static async Task NeverGoesBackAsync(HaDataSource db, Func<Task<long>> read)
    {
        await CreateTableAsync(db);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() => WriteOnAsync(db, stop.Token), Cancelled);
        await UntilServingAsync(db, "n2", "n3");
        await UntilAsync("both standbys have the table", async () =>
        {
            try
            {
                foreach (var _ in Enumerable.Range(0, 20))
                    await EventualAsync(db);
                return true;
            }
            catch (PostgresException)
            {
                return false;
            }
        });
        var (back, last, lastWithout) = (0, 0L, 0L);
        for (var i = 0; i < 300; i++)
        {
            var now = await read();
            Assert.True(now >= last, $"read {i} shows {now} after {last}");
            last = now;
            var without = await EventualAsync(db);
            back += without < lastWithout ? 1 : 0;
            lastWithout = without;
        }

        await stop.CancelAsync();
        await writing;
        TestContext.Current.TestOutputHelper?.WriteLine($"up to row {last}; without it {back} of 300 reads went back");
        Assert.True(back > 10, $"without it {back} of 300 reads went back: the test shows little");
    }

    private static HaDatabaseOptions Options(PostgresCluster cluster)
    {
        var options = ClusterOptions.Observe(cluster);
        options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(10);
        return options;
    }

    private static async Task CreateTableAsync(HaDataSource db)
    {
        await using var command = db.CreateCommand("CREATE TABLE rows (key bigint PRIMARY KEY)");
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static Task UntilServingAsync(HaDataSource db, params string[] nodes) =>
        UntilAsync($"{string.Join(", ", nodes)} in use", () => Task.FromResult(nodes.All(n => db.Snapshot[n]?.Lag is not null)));

    private static async Task WriteAsync(HaDataSource db, string way, long key)
    {
        switch (way)
        {
            case "execute" or "token":
                await db.ExecuteAsync((connection, token) => InsertAsync(connection, key), Cancelled);
                break;
            case "command":
                await using (var command = db.CreateCommand($"INSERT INTO rows VALUES ({key})"))
                    await command.ExecuteNonQueryAsync(Cancelled);
                break;
            default:
                await using (var connection = way == "connection" ? await db.OpenConnectionAsync(Cancelled) : db.CreateConnection())
                {
                    if (connection.State == System.Data.ConnectionState.Closed)
                        await connection.OpenAsync(Cancelled);
                    await InsertAsync(connection, key);
                }

                break;
        }
    }

    private static async Task<CausalToken> WriteAndCaptureAsync(HaDataSource db, long key)
    {
        using var scope = db.BeginCausalScope();
        await WriteAsync(db, "execute", key);
        return (await scope.CaptureAsync(Cancelled))!;
    }

    private static async Task WriteOnAsync(HaDataSource db, CancellationToken stop)
    {
        for (var key = 1L; !stop.IsCancellationRequested; key++)
            await db.ExecuteAsync((connection, token) => InsertAsync(connection, key), Cancelled);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, long key)
    {
        await using var command = new NpgsqlCommand("INSERT INTO rows VALUES ($1)", connection) { Parameters = { new() { Value = key } } };
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static async Task<bool> SeesAsync(NpgsqlConnection connection, long key)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM rows WHERE key = $1)", connection) { Parameters = { new() { Value = key } } };
        return (bool)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    private static async Task<long> ReadAsync(HaDataSource db)
    {
        await using var connection = await db.OpenReadConnectionAsync(Cancelled);
        return await LastAsync(connection);
    }

    private static async Task<long> EventualAsync(HaDataSource db)
    {
        await using var connection = await db.OpenReadConnectionAsync(new ReadPolicy { Consistency = ReadConsistency.Eventual }, Cancelled);
        return await LastAsync(connection);
    }

    private static async Task<long> LastAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT coalesce(max(key), 0) FROM rows", connection);
        return (long)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    private static async Task<long> LastAsync(PostgresCluster cluster, string node)
    {
        await using var connection = new NpgsqlConnection(cluster.NodeConnectionString(cluster[node]) + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        return await LastAsync(connection);
    }
}
