using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Connections;

/// <summary>All connections of a pool are in use: that is the application's affair, and the node's is it not.</summary>
public sealed class ExhaustedPoolTests : ClusterTest
{
    private const string Small = ";Maximum Pool Size=2;Timeout=1";

    [Theory]
    [InlineData("primary")]
    [InlineData("read")]
    [InlineData("execute")]
    [InlineData("command")]
    [InlineData("sync")]
    public async Task PoolExhausted_OneErrorThatNamesPoolAndRemedy_AndTheNodeIsNotSuspected(string way)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        await using var db = new HaDataSourceBuilder(ServerSessions.Options(cluster, Small)).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("n2 in use", () => Task.FromResult(db.Snapshot["n2"]!.Lag is not null));
        var node = way == "read" ? "n2" : "n1";
        var held = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OpenAsync(db, way == "read")));

        var error = await Assert.ThrowsAsync<HaConnectException>(() => way switch
        {
            "execute" => db.ExecuteAsync((_, _) => Task.CompletedTask, WorkKind.IdempotentWrite, Cancelled),
            "command" => CommandAsync(db),
            "sync" => Task.Run(() => db.OpenConnection(), Cancelled),
            _ => OpenAsync(db, way == "read"),
        });
        Assert.True(error.IsTransient);
        Assert.StartsWith($"All connections of the pool of node {node} (127.0.0.1:{cluster[node].Port}) are in use, and none was given back in time.", error.Message, StringComparison.Ordinal);
        Assert.Contains("'Max Pool Size' (currently 2)", error.Message, StringComparison.Ordinal);
        Assert.All(db.Snapshot.Nodes, n => Assert.Equal(NodeReachability.Reachable, n.Reachability));
        Assert.Equal(2, await ServerSessions.CountAsync(cluster[node], withProbes: false));

        foreach (var connection in held)
            await connection.DisposeAsync();
        await (await OpenAsync(db, way == "read")).DisposeAsync();
    }

    /// <summary>Where Npgsql would wait longer than HaConnect does, its deadline ends it.</summary>
    [Fact]
    public async Task PoolExhausted_NpgsqlWaitsLonger_IsSaidAtTheDeadline()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        var options = ServerSessions.Options(cluster, ";Maximum Pool Size=1");
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(1);
        await using var db = new HaDataSourceBuilder(options).Build();
        await using var held = await db.OpenConnectionAsync(Cancelled);
        var error = await Assert.ThrowsAsync<NoPrimaryException>(() => OpenAsync(db, isRead: false));
        Assert.Contains("all connections of its pool (Maximum Pool Size in ConnectionString) were in use", error.Message, StringComparison.Ordinal);
    }

    private static Task<NpgsqlConnection> OpenAsync(HaDataSource db, bool isRead) => isRead ? db.OpenReadConnectionAsync(Cancelled).AsTask() : db.OpenConnectionAsync(Cancelled).AsTask();

    private static async Task CommandAsync(HaDataSource db)
    {
        await using var command = db.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(Cancelled);
    }
}
