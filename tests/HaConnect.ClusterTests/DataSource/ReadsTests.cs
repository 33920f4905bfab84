using System.Data.Common;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.DataSource;

/// <summary>The view of a data source that only reads; its members one by one are in <see cref="AbstractTypesTests"/>.</summary>
public sealed class ReadsTests(ServingCluster serving) : ClusterTest, IClassFixture<ServingCluster>
{
    [Fact]
    public async Task Write_FailsAtAReplicaAndIsDoneAtThePrimary()
    {
        await using (var wrong = serving.Db.Reads.CreateCommand("INSERT INTO written VALUES (-1)"))
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, (await Assert.ThrowsAsync<PostgresException>(() => wrong.ExecuteNonQueryAsync(Cancelled))).SqlState);
        Assert.False(await serving.HasAsync(-1));

        // What it falls back to is not read-only: the documentation says so.
        await using var fallenBack = serving.Db.ReadsWith(new ReadPolicy { Consistency = ReadConsistency.Strong });
        await using var done = fallenBack.CreateCommand("INSERT INTO written VALUES (-2)");
        Assert.Equal(1, await done.ExecuteNonQueryAsync(Cancelled));
        Assert.True(await serving.HasAsync(-2));
    }

    [Fact]
    public async Task Policy_IsHeededByConnectionsCommandsAndBatches()
    {
        DbDataSource reads = serving.Db.ReadsWith(new ReadPolicy { Nodes = ["n3"], Fallback = ReadFallback.Fail });
        var port = serving.Cluster["n3"].Port;
        for (var i = 0; i < 5; i++)
        {
            await using (var connection = (NpgsqlConnection)await reads.OpenConnectionAsync(Cancelled))
                Assert.Equal(port, connection.Port);
            await using (var connection = (NpgsqlConnection)reads.CreateConnection())
            {
                await connection.OpenAsync(Cancelled);
                Assert.Equal(port, connection.Port);
            }

            await using var command = reads.CreateCommand("SELECT inet_server_port()");
            Assert.Equal(port, await command.ExecuteScalarAsync(Cancelled));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => serving.Db.ReadsWith(new ReadPolicy { MaxReplicaLag = TimeSpan.FromTicks(1) }));
        Assert.Throws<ArgumentNullException>(() => serving.Db.ReadsWith(null!));
        await using var impossible = serving.Db.ReadsWith(new ReadPolicy { Nodes = ["nobody"], Fallback = ReadFallback.Fail });
        Assert.Throws<NoReplicaException>(() => impossible.CreateConnection());
    }

    [Fact]
    public async Task Disposal_LeavesTheDataSourceAsItIs()
    {
        await using (var reads = serving.Db.Reads)
        await using (await reads.OpenConnectionAsync(Cancelled)) { }
        serving.Db.Reads.Dispose();
        await using (await serving.Db.OpenConnectionAsync(Cancelled)) { }
        await using (await serving.Db.Reads.OpenConnectionAsync(Cancelled)) { }
    }

    [Fact]
    public async Task InACausalScope_ItSeesWhatWasWritten()
    {
        using var scope = serving.Db.BeginCausalScope();
        await using (var write = serving.Db.CreateCommand("INSERT INTO written VALUES (-3)"))
            await write.ExecuteNonQueryAsync(Cancelled);
        await using var read = serving.Db.Reads.CreateCommand("SELECT EXISTS (SELECT FROM written WHERE id = -3)");
        Assert.True((bool)(await read.ExecuteScalarAsync(Cancelled))!);
        await using var created = serving.Db.Reads.CreateConnection();
        await created.OpenAsync(Cancelled);
        Assert.Equal(serving.PrimaryPort, ((NpgsqlConnection)created).Port);
    }

    /// <summary>It takes the connection's place, and gives it back.</summary>
    [Fact]
    public async Task CommandTimeout_IsToldAndTheConnectionGivenBack()
    {
        await using var slow = serving.Db.Reads.CreateCommand("SELECT pg_sleep(600)");
        slow.CommandTimeout = 1;
        var error = await Assert.ThrowsAsync<NpgsqlException>(() => slow.ExecuteNonQueryAsync(Cancelled));
        Assert.IsType<TimeoutException>(error.InnerException);
        await UntilAsync("the connection is given back", () => Task.FromResult(serving.Db.Snapshot.Nodes.All(n => n.Node.Load.InUse == 0)));
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("freeze")]
    public async Task ReplicaLostUnderACommand_ItIsRunAgainElsewhere(string fault)
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("the standbys serve", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n.Role == NodeRole.Standby && n.Lag is not null) == 2));
        var victim = cluster["n2"];
        await using var reads = db.ReadsWith(new ReadPolicy { Nodes = ["n2"] });
        await using var command = reads.CreateCommand($"SELECT inet_server_port(), pg_sleep(CASE inet_server_port() WHEN {victim.Port} THEN 600 ELSE 0 END)");
        var reading = command.ExecuteScalarAsync(Cancelled);
        await UntilAsync("it is under way", async () => await victim.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT inet_server_port(), %')", Cancelled));
        await (fault == "kill" ? victim.KillAsync(Cancelled) : victim.FreezeAsync(Cancelled));
        Assert.Equal(cluster["n1"].Port, await reading);
    }
}
