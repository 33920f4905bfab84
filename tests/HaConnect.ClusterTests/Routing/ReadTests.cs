using System.Collections.Concurrent;
using System.Diagnostics;
using HaConnect.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary>Work that only reads, on replicas that are lost under it; where reads go, as they are told to; and the stream of topology changes.</summary>
public sealed class ReadTests : ClusterTest
{
    [Theory]
    [InlineData("kill")]
    [InlineData("freeze")]
    public async Task ReplicaLostUnderARead_IsRepeatedElsewhere(string fault)
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await UntilServingAsync(db);
        var ports = new List<int>();
        var reading = db.ReadAsync(
            async (connection, token) =>
            {
                ports.Add(connection.Port);
                await using var command = new NpgsqlCommand($"SELECT pg_sleep({(ports.Count == 1 ? 600 : 0)})", connection);
                await command.ExecuteNonQueryAsync(token);
                return 42;
            },
            cancellationToken: Cancelled);
        await UntilAsync("the read is begun", () => Task.FromResult(ports.Count > 0));
        var victim = cluster.Nodes.Single(n => n.Port == ports[0]);
        await UntilAsync("the read is under way", async () => await victim.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%')", Cancelled));
        await (fault == "kill" ? victim.KillAsync(Cancelled) : victim.FreezeAsync(Cancelled));

        Assert.Equal(42, await reading);
        Assert.NotEqual(ports[0], ports[^1]);
        Assert.Equal(2, ports.Count);
    }

    /// <summary>What replay needs to lock a read holds: the replica cancels it. In a scope what came to nothing is not remembered.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadInTheWayOfReplay_IsRepeated(bool inScope)
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await using (var command = db.CreateCommand("CREATE TABLE rows AS SELECT 42 AS key"))
            await command.ExecuteNonQueryAsync(Cancelled);
        await UntilServingAsync(db);
        await cluster["n2"].ExecuteAsync("ALTER SYSTEM SET max_standby_streaming_delay = 0", Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        var attempts = 0;
        using var scope = inScope ? db.BeginCausalScope() : null;
        var value = await db.ReadAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await using var select = new NpgsqlCommand("SELECT key FROM rows", connection);
                var key = (int)(await select.ExecuteScalarAsync(token))!;
                if (++attempts == 1)
                {
                    await using (var direct = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n1"]) + ";Pooling=false"))
                    {
                        await using var alter = direct.CreateCommand("ALTER TABLE rows ADD COLUMN note text");
                        await alter.ExecuteNonQueryAsync(token);
                    }

                    await using var wait = new NpgsqlCommand("SELECT pg_sleep(600)", connection);
                    await wait.ExecuteNonQueryAsync(token);
                }

                return key;
            },
            new ReadPolicy { Nodes = ["n2"], Fallback = ReadFallback.Wait }, Cancelled);
        Assert.Equal((42, 2), (value, attempts));
    }

    /// <summary>A mistake of the application's, and not one that another node would mend.</summary>
    [Fact]
    public async Task ReadThatWrites_FailsAtOnceAtAReplica()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await UntilServingAsync(db);
        var attempts = 0;
        var error = await Assert.ThrowsAsync<PostgresException>(() => db.ReadAsync(
            async (connection, token) =>
            {
                attempts++;
                await using var command = new NpgsqlCommand("CREATE TABLE wrong (id int)", connection);
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken: Cancelled));
        Assert.Equal((PostgresErrorCodes.ReadOnlySqlTransaction, 1), (error.SqlState, attempts));
    }

    [Fact]
    public async Task ReadCancelled_EndsAtTheServerAndGivesItsConnectionBack()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await UntilServingAsync(db);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var reading = db.ReadAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("SELECT pg_sleep(601)", connection);
                return await command.ExecuteNonQueryAsync(token);
            },
            new ReadPolicy { Nodes = ["n3"] }, cancel.Token);
        await UntilAsync("the read is under way", async () => await SleepsAsync(cluster["n3"]));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.False(await SleepsAsync(cluster["n3"]));
        Assert.All(db.Snapshot.Nodes, n => Assert.Equal(0, n.Node.Load.InUse));

        static Task<bool> SleepsAsync(PostgresNode node) => node.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(601)' AND state = 'active')", Cancelled)!;
    }

    [Fact]
    public async Task Restrictions_ReadsGoWhereTheyAreToldAndTheExplanationSaysSo()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Observe(cluster);
        (options.Nodes[1].Zone, options.Nodes[2].Zone, options.Routing.Zone) = ("east", "west", "west");
        await using (var blind = new HaDataSourceBuilder(options).Build())
        {
            await UntilServingAsync(blind);
            Assert.Contains("n2: whether it is synchronous cannot be seen (grant the probing user pg_monitor)", $"{blind.ExplainRead(new ReadPolicy { Replicas = ReplicaKind.Asynchronous })}", StringComparison.Ordinal);
        }

        (options.Failover.ControlUsername, options.Failover.ControlPassword) = (cluster.Control.User, cluster.Control.Password);
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilServingAsync(db);
        await UntilAsync("both standbys seen as synchronous", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n.IsSynchronous) == 2));
        await GoesToAsync("n3", new ReadPolicy());
        await GoesToAsync("n2", new ReadPolicy { Nodes = ["n2"] });
        await GoesToAsync("n1", new ReadPolicy { Nodes = ["n1"] }); // no replica: the fallback
        await GoesToAsync("n3", new ReadPolicy { Replicas = ReplicaKind.Synchronous });
        await GoesToAsync("n1", new ReadPolicy { Replicas = ReplicaKind.Asynchronous });
        await GoesToAsync("n1", new ReadPolicy { Consistency = ReadConsistency.Strong });
        Assert.Equal("n1", Assert.Single(db.ExplainWrite().Nodes, n => n.IsChosen).Node.Name);

        var error = await Assert.ThrowsAsync<NoReplicaException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { Nodes = ["n9"], Fallback = ReadFallback.Fail }, Cancelled));
        Assert.Contains("n2: not asked for: only n9 will do", error.Message, StringComparison.Ordinal);

        await cluster["n3"].KillAsync(Cancelled); // the zone has none any more
        await UntilAsync("n3 seen as unreachable", () => Task.FromResult(db.Snapshot["n3"]!.Reachability == NodeReachability.Unreachable));
        await GoesToAsync("n2", new ReadPolicy());

        async Task GoesToAsync(string node, ReadPolicy policy)
        {
            var explanation = db.ExplainRead(policy);
            await using var connection = await db.OpenReadConnectionAsync(policy, Cancelled);
            Assert.Equal(cluster[node].Port, connection.Port);
            Assert.True(explanation.Nodes.Single(n => n.IsChosen).Node.Name == node, $"{explanation}");
        }
    }

    [Fact]
    public async Task ReplicaThatWasLost_IsInReserveUntilTheDelayIsOver()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Observe(cluster);
        options.Routing.FailbackDelay = TimeSpan.FromMinutes(10);
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilServingAsync(db);
        await cluster["n3"].KillAsync(Cancelled);
        await UntilAsync("n3 seen as unreachable", () => Task.FromResult(db.Snapshot["n3"]!.Reachability == NodeReachability.Unreachable));
        await cluster["n3"].StartAsync(Cancelled);
        await UntilAsync("n3 in reserve", () => Task.FromResult($"{db.ExplainRead()}".Contains("n3: it would do, but others go first: it is in reserve", StringComparison.Ordinal)));
        for (var i = 0; i < 100; i++)
        {
            await using var connection = await db.OpenReadConnectionAsync(Cancelled);
            Assert.Equal(cluster["n2"].Port, connection.Port);
        }

        await cluster["n2"].KillAsync(Cancelled);
        await UntilAsync("n2 seen as unreachable", () => Task.FromResult(db.Snapshot["n2"]!.Reachability == NodeReachability.Unreachable));
        await using var last = await db.OpenReadConnectionAsync(Cancelled);
        Assert.Equal(cluster["n3"].Port, last.Port); // before the primary
    }

    [Fact]
    public async Task MaxPrimaryReadShare_TheOthersFailAtOnceAndSayWhy()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Observe(cluster);
        options.Routing.MaxPrimaryReadShare = 0.2;
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilServingAsync(db);
        foreach (var node in (string[])["n2", "n3"])
            await cluster[node].KillAsync(Cancelled);
        await UntilAsync("both seen as unreachable", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n.Reachability == NodeReachability.Unreachable) == 2));
        var refused = new List<NoReplicaException>();
        for (var i = 0; i < 200; i++)
        {
            try
            {
                await using var connection = await db.OpenReadConnectionAsync(Cancelled);
                Assert.Equal(cluster["n1"].Port, connection.Port);
            }
            catch (NoReplicaException e)
            {
                refused.Add(e);
            }
        }

        Assert.InRange(refused.Count, 149, 151); // of 200, and 10 in a row at first
        Assert.Contains("as many reads go to the primary as may (20%, Routing.MaxPrimaryReadShare)", refused[0].Message.Replace(" %", "%", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(refused[0].IsTransient);
        for (var i = 0; i < 20; i++)
            await (await db.OpenReadConnectionAsync(new ReadPolicy { Consistency = ReadConsistency.Strong }, Cancelled)).DisposeAsync(); // asked for, and not for want of a replica
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await Assert.ThrowsAsync<NoReplicaException>(async () =>
        {
            for (var i = 0; i < 2; i++) // what does not count earns nothing either
                await (await db.OpenReadConnectionAsync(Cancelled)).DisposeAsync();
        });
    }

    [Fact]
    public async Task OwnBalancer_ChoosesAmongThoseThatQualify()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).UseReadBalancer(new ByName("n3")).Build();
        await UntilServingAsync(db);
        for (var i = 0; i < 50; i++)
        {
            await using var connection = await db.OpenReadConnectionAsync(Cancelled);
            Assert.Equal(cluster["n3"].Port, connection.Port);
        }
    }

    [Fact]
    public async Task ReadsThatWaitOrFallBack_AreToldWithEachNodesReason()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Observe(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromMilliseconds(300);
        var log = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Debug).AddProvider(new FakeLoggerProvider(log)));
        await using var db = new HaDataSourceBuilder(options).UseLoggerFactory(loggers).Build();
        await UntilServingAsync(db);
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener { ShouldListenTo = s => s.Name == "HaConnect", Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded, ActivityStopped = activities.Enqueue };
        ActivitySource.AddActivityListener(listener);
        using var own = new Activity("test").Start(); // other tests open at the same time

        await using (await db.OpenReadConnectionAsync(new ReadPolicy { Nodes = ["n9"] }, Cancelled))
        {
            Assert.Contains("the read goes to the primary n1", Told(2004), StringComparison.Ordinal);
            Assert.Contains("no node is named n9 now (ReadPolicy.Nodes)", Told(2004), StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<NoReplicaException>(async () => await db.OpenReadConnectionAsync(new ReadPolicy { Nodes = ["n9"], Fallback = ReadFallback.Wait }, Cancelled));
        Assert.Contains("n3: not asked for: only n9 will do", Told(2003), StringComparison.Ordinal);
        var open = activities.Last(a => a.TraceId == own.TraceId);
        Assert.Equal(("haconnect.open", "read", ActivityStatusCode.Error), (open.OperationName, open.GetTagItem("haconnect.intent"), open.Status));
        Assert.Contains("n3: not asked for: only n9 will do", (string)Assert.Single(Assert.Single(open.Events).Tags).Value!, StringComparison.Ordinal);

        string Told(int id) => Assert.Single(log.GetSnapshot(), r => r.Id.Id == id).Message;
    }

    private sealed class ByName(string name) : IReadBalancer
    {
        public int Choose(ReadOnlySpan<ReadCandidate> candidates)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                if (candidates[i].Name == name)
                    return i;
            }

            return 0;
        }
    }

    [Fact]
    public async Task WatchAsync_TellsOfChangesOnlyAndEndsWithTheDataSource()
    {
        var cluster = await StartClusterAsync();
        var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await using var _ = db;
        await UntilManagedAsync(db);
        var seen = new List<ClusterSnapshot>();
        var watching = Task.Run(async () =>
        {
            await foreach (var snapshot in db.WatchAsync(Cancelled))
            {
                lock (seen)
                    seen.Add(snapshot);
            }
        }, Cancelled);
        await UntilAsync("the first", () => Task.FromResult(Count() > 0));
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("the successor in the stream", () => Task.FromResult(Last() is { Term: 2, Primary: not null }));
        await UntilAsync("n1 as unreachable in the stream", () => Task.FromResult(Last()["n1"]!.Reachability == NodeReachability.Unreachable));
        await db.DisposeAsync();
        await watching; // ends by itself
        Assert.Equal(1, seen[0].Term);
        Assert.Contains(seen, s => s.Primary is null);
        Assert.All(seen.Zip(seen.Skip(1)), p => Assert.True(p.First.Version < p.Second.Version));
        Assert.True(seen.Count < seen[^1].Version - seen[0].Version, "every snapshot was told");

        int Count()
        {
            lock (seen)
                return seen.Count;
        }

        ClusterSnapshot Last()
        {
            lock (seen)
                return seen[^1];
        }
    }

    private static Task UntilServingAsync(HaDataSource db)
    {
        _ = db.WatchAsync(Cancelled); // starts it
        return UntilAsync("both standbys in use", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n.Lag is not null) == 2));
    }
}
