using System.Transactions;
using Dapper;
using Npgsql;

namespace HaConnect.ClusterTests.DataSource;

/// <summary>Within one ambient transaction everything is at one node, in one session.</summary>
public sealed class TransactionScopeTests(ServingCluster serving) : ClusterTest, IClassFixture<ServingCluster>
{
    private static int s_lastId;

    private readonly HaDataSource _db = serving.Db;

    private static int NextId() => Interlocked.Increment(ref s_lastId);

    private static TransactionScope Flowing(TransactionScopeOption option = TransactionScopeOption.Required) => new(option, TransactionScopeAsyncFlowOption.Enabled);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpensInAScope_ShareOneSessionAndEndTogether(bool completes)
    {
        var (first, second) = (NextId(), NextId());
        using (var scope = Flowing())
        {
            int session;
            await using (var connection = await _db.OpenConnectionAsync(Cancelled))
            {
                session = connection.ProcessID;
                await InsertAsync(connection, first);
            }

            await using (var command = _db.CreateCommand($"INSERT INTO written VALUES ({second})"))
                Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancelled));
            await using (var read = await _db.OpenReadConnectionAsync(Cancelled))
            {
                Assert.Equal((session, serving.PrimaryPort), (read.ProcessID, read.Port));
                Assert.Equal(2, await read.ExecuteScalarAsync<int>($"SELECT count(*)::int FROM written WHERE id IN ({first}, {second})"));
            }

            Assert.Equal(session, await _db.ReadAsync((connection, _) => Task.FromResult(connection.ProcessID), cancellationToken: Cancelled));
            await using (var read = await _db.OpenReadConnectionAsync(new ReadPolicy { Nodes = ["n2"] }, Cancelled))
                Assert.Equal(session, read.ProcessID);
            using (var reads = await _db.Reads.OpenConnectionAsync(Cancelled))
                Assert.Equal(session, ((NpgsqlConnection)reads).ProcessID);
            await using (var created = _db.CreateConnection())
            {
                await created.OpenAsync(Cancelled);
                Assert.Equal(session, created.ProcessID);
            }

            if (completes)
                scope.Complete();
        }

        Assert.Equal((completes, completes), (await serving.HasAsync(first), await serving.HasAsync(second)));
        Assert.All(_db.Snapshot.Nodes, n => Assert.Equal(0, n.Node.Load.InUse));
    }

    /// <summary>A scope that does not flow is known on its thread only, and the first open here has to wait, for the first probes.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SynchronousScope_FirstOpenWaits_IsEnlistedAllTheSame(bool completes)
    {
        var (first, second) = (NextId(), NextId());
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(serving.Cluster)).Build();
        Work();
        Assert.Equal((completes, completes), (await serving.HasAsync(first), await serving.HasAsync(second)));

        void Work()
        {
            using var scope = new TransactionScope();
            int session;
            using (var connection = db.OpenConnection())
            {
                session = connection.ProcessID;
                connection.Execute($"INSERT INTO written VALUES ({first})");
            }

            using (var command = db.CreateCommand($"INSERT INTO written VALUES ({second})"))
                command.ExecuteNonQuery();
            using (var read = db.OpenReadConnection())
                Assert.Equal((session, 2), (read.ProcessID, read.ExecuteScalar<int>($"SELECT count(*)::int FROM written WHERE id IN ({first}, {second})")));
            if (completes)
                scope.Complete();
        }
    }

    [Fact]
    public async Task NestedScopes_OwnAndSuppressedOnes_AreNotInTheTransaction()
    {
        var (outer, inner) = (NextId(), NextId());
        using (Flowing())
        {
            await using (var connection = await _db.OpenConnectionAsync(Cancelled))
                await InsertAsync(connection, outer);
            using (Flowing(TransactionScopeOption.Suppress))
            {
                await using var read = await _db.OpenReadConnectionAsync(Cancelled);
                Assert.NotEqual(serving.PrimaryPort, read.Port);
            }

            using (var own = Flowing(TransactionScopeOption.RequiresNew))
            {
                await using var connection = await _db.OpenConnectionAsync(Cancelled);
                await InsertAsync(connection, inner);
                own.Complete();
            }

            using (var same = Flowing())
            {
                await using var connection = await _db.OpenConnectionAsync(Cancelled);
                Assert.True(await connection.ExecuteScalarAsync<bool>($"SELECT EXISTS (SELECT FROM written WHERE id = {outer})"));
                same.Complete();
            }
        }

        Assert.Equal((false, true), (await serving.HasAsync(outer), await serving.HasAsync(inner)));
    }

    [Fact]
    public async Task CausalScopeInATransaction_ReadsSeeItsWrites_AndATokenIsTakenOutside()
    {
        var id = NextId();
        using var causal = _db.BeginCausalScope();
        using (var scope = Flowing())
        {
            await using (var connection = await _db.OpenConnectionAsync(Cancelled))
            {
                await InsertAsync(connection, id);
                Assert.NotNull(await _db.CaptureTokenAsync(Cancelled)); // in the transaction it would be a second session, and the commit fail
            }

            await using var read = await _db.OpenReadConnectionAsync(Cancelled);
            Assert.True(await read.ExecuteScalarAsync<bool>($"SELECT EXISTS (SELECT FROM written WHERE id = {id})"));
            scope.Complete();
        }

        await using var later = await _db.OpenReadConnectionAsync(Cancelled);
        Assert.True(await later.ExecuteScalarAsync<bool>($"SELECT EXISTS (SELECT FROM written WHERE id = {id})"));
    }

    [Fact]
    public async Task EnlistFalse_TheScopeIsNotHeeded()
    {
        var id = NextId();
        var options = ClusterOptions.Observe(serving.Cluster);
        options.ConnectionString += ";Enlist=false";
        await using var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("the standbys serve", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n.Role == NodeRole.Standby && n.Lag is not null) == 2));
        using (Flowing())
        {
            await using (var connection = await db.OpenConnectionAsync(Cancelled))
                await InsertAsync(connection, id);
            await using var read = await db.OpenReadConnectionAsync(Cancelled);
            Assert.NotEqual(serving.PrimaryPort, read.Port);
        }

        Assert.True(await serving.HasAsync(id));
    }

    /// <summary>The node goes on as the primary, but what the transaction did there is lost.</summary>
    [Fact]
    public async Task SessionEndedMidway_TheScopeFailsAtItsEnd()
    {
        var (first, second) = (NextId(), NextId());
        var scope = Flowing();
        await using (var connection = await _db.OpenConnectionAsync(Cancelled))
        {
            await InsertAsync(connection, first);
            await serving.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID})", Cancelled);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => InsertAsync(connection, second));
        }

        await using (var connection = await _db.OpenConnectionAsync(Cancelled))
            await InsertAsync(connection, second);
        scope.Complete();
        var error = Assert.ThrowsAny<TransactionException>(scope.Dispose);
        TestContext.Current.TestOutputHelper?.WriteLine($"{error.GetType().Name}: {error.Message} {error.InnerException?.Message}");
        Assert.Equal((false, false), (await serving.HasAsync(first), await serving.HasAsync(second)));
    }

    /// <summary>Npgsql's limit, which the documentation names: it makes a distributed transaction of it, which servers refuse by default.</summary>
    [Fact]
    public async Task TwoConnectionsAtOnce_TheCommitFails()
    {
        var (first, second) = (NextId(), NextId());
        var scope = Flowing();
        await using (var one = await _db.OpenConnectionAsync(Cancelled))
        await using (var two = await _db.OpenConnectionAsync(Cancelled))
        {
            Assert.NotEqual(one.ProcessID, two.ProcessID);
            await InsertAsync(one, first);
            await InsertAsync(two, second);
        }

        scope.Complete();
        Assert.ThrowsAny<TransactionException>(scope.Dispose);
        Assert.Equal((false, false), (await serving.HasAsync(first), await serving.HasAsync(second)));
    }

    /// <summary>On another session it would not see what the scope has written.</summary>
    [Fact]
    public async Task ReadInAScope_IsNotRepeated()
    {
        using var scope = Flowing();
        var attempts = 0;
        var error = await Assert.ThrowsAsync<HaConnectException>(() => _db.ReadAsync(
            async (connection, token) =>
            {
                attempts++;
                await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", connection);
                return await end.ExecuteNonQueryAsync(token);
            },
            cancellationToken: Cancelled));
        Assert.Contains("It is part of an ambient transaction, of which the rest is lost", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, false), (attempts, error.IsTransient));
    }

    /// <summary>A part of a transaction cannot be repeated by itself, whatever its work is declared to be.</summary>
    [Fact]
    public async Task IdempotentWorkInAScope_IsNotRepeated()
    {
        using var scope = Flowing();
        var attempts = 0;
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => _db.ExecuteAsync(
            async (connection, token) =>
            {
                attempts++;
                await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", connection);
                await end.ExecuteNonQueryAsync(token);
            },
            WorkKind.IdempotentWrite, Cancelled));
        Assert.Equal(1, attempts);
    }

    /// <summary>New writes are held meanwhile; those of a transaction that has begun are not, or it could never come to its end.</summary>
    [Fact]
    public async Task SwitchoverMeanwhile_TheScopeGoesOnAndIsWaitedFor()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        await using (var create = db.CreateCommand("CREATE TABLE written (id int PRIMARY KEY)"))
            await create.ExecuteNonQueryAsync(Cancelled);
        Task<SwitchoverResult> switchover;
        using (var scope = Flowing())
        {
            await using (var connection = await db.OpenConnectionAsync(Cancelled))
                await InsertAsync(connection, 1);
            using (Flowing(TransactionScopeOption.Suppress))
                switchover = db.Cluster.SwitchoverAsync("n2", new SwitchoverOptions { DrainTimeout = TimeSpan.FromSeconds(20) }, Cancelled);
            await UntilAsync("new writes are held", () => Task.FromResult(db.Snapshot.HoldsWrites));
            await using (var connection = await db.OpenConnectionAsync(Cancelled))
                await InsertAsync(connection, 2);
            Assert.True(db.Snapshot.HoldsWrites);
            scope.Complete();
        }

        Assert.Equal((true, "n2"), ((await switchover).Succeeded, (await switchover).Primary));
        await using var after = await db.OpenConnectionAsync(Cancelled);
        Assert.Equal([1, 2], await after.QueryAsync<int>("SELECT id FROM written ORDER BY id"));
    }

    [Theory]
    [InlineData("kill", true)]
    [InlineData("freeze", true)]
    [InlineData("kill", false)]
    public async Task FailoverAmidAScope_ItFails(string fault, bool opensAgain)
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.ConnectionString += ";Command Timeout=3;Timeout=3"; // for so long, and twice the second, Npgsql rolls back at the frozen server
        await using var db = new HaDataSourceBuilder(options).Build();
        await UntilManagedAsync(db);
        await using (var create = db.CreateCommand("CREATE TABLE written (id int PRIMARY KEY)"))
            await create.ExecuteNonQueryAsync(Cancelled);
        var scope = Flowing();
        await using (var connection = await db.OpenConnectionAsync(Cancelled))
            await InsertAsync(connection, 1);
        await (fault == "kill" ? cluster["n1"].KillAsync(Cancelled) : cluster["n1"].FreezeAsync(Cancelled));
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));

        if (opensAgain)
        {
            var startedAt = TimeProvider.System.GetTimestamp();
            var gone = await Assert.ThrowsAsync<HaConnectException>(() => db.OpenConnectionAsync(Cancelled).AsTask());
            Assert.StartsWith("The ambient transaction began at n1", gone.Message, StringComparison.Ordinal);
            Assert.True(gone.IsTransient);
            Assert.Throws<HaConnectException>(() => db.CreateConnection());
            await Assert.ThrowsAsync<HaConnectException>(() => db.OpenReadConnectionAsync(Cancelled).AsTask());
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(5));
        }

        scope.Complete(); // whoever swallowed that must not have committed
        var disposedAt = TimeProvider.System.GetTimestamp();
        Assert.ThrowsAny<TransactionException>(scope.Dispose);
        TestContext.Current.TestOutputHelper?.WriteLine($"{fault}: the scope ended after {TimeProvider.System.GetElapsedTime(disposedAt).TotalSeconds:0.00} s");
        using (var again = Flowing())
        {
            await using var connection = await db.OpenConnectionAsync(Cancelled);
            Assert.False(await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM written)"));
            await InsertAsync(connection, 2);
            again.Complete();
        }

        await using var after = await db.OpenConnectionAsync(Cancelled);
        Assert.Equal([2], await after.QueryAsync<int>("SELECT id FROM written"));
    }

    private static async Task InsertAsync(NpgsqlConnection connection, int id)
    {
        await using var insert = new NpgsqlCommand($"INSERT INTO written VALUES ({id})", connection);
        await insert.ExecuteNonQueryAsync(Cancelled);
    }
}
