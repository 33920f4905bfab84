using HaConnect.Connections;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.DataSource;

/// <summary>Notifications of the primary, whichever it is.</summary>
public sealed class ListenTests(ServingCluster serving) : ClusterTest, IClassFixture<ServingCluster>
{
    private const string Listening = $"SELECT count(*)::int FROM pg_stat_activity WHERE application_name = '{NodeSources.ListenApplication}'";

    [Fact]
    public async Task Notifications_OfAllChannels_ComeInOrderAfterTheFirstSignal()
    {
        string[] channels = ["orders", "With Space", "with\"quote", "; DROP TABLE written; --", "größe"];
        var before = TimeProvider.System.GetUtcNow();
        await using var stream = serving.Db.ListenAsync(channels, Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal((0, "", ""), (stream.Current.ProcessId, stream.Current.Channel, stream.Current.Payload));
        Assert.InRange(stream.Current.MissedSince!.Value, before.AddSeconds(-1), TimeProvider.System.GetUtcNow());
        Assert.Equal("listening has begun; listening at n1", stream.Current.Reason);
        foreach (var channel in channels)
            await NotifyAsync(serving.Db, channel, $"about {channel}");
        foreach (var channel in channels)
        {
            Assert.True(await stream.MoveNextAsync());
            Assert.Equal((channel, $"about {channel}", null, null), (stream.Current.Channel, stream.Current.Payload, stream.Current.MissedSince, stream.Current.Reason));
            Assert.NotEqual(0, stream.Current.ProcessId);
        }
    }

    /// <summary>What is not taken waits at the server.</summary>
    [Fact]
    public async Task SlowConsumer_GetsEveryNotification()
    {
        await using var stream = serving.Db.ListenAsync("many", Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.True(await stream.MoveNextAsync());
        await using (var many = serving.Db.CreateCommand("SELECT pg_notify('many', i || repeat('x', 1000)) FROM generate_series(1, 5000) i"))
            await many.ExecuteNonQueryAsync(Cancelled);
        for (var i = 1; i <= 5000; i++)
        {
            Assert.True(await stream.MoveNextAsync());
            Assert.StartsWith($"{i}x", stream.Current.Payload, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task DisposedWhileThereIsNoPrimary_ItEnds()
    {
        await using var db = new HaDataSourceBuilder("Host=127.0.0.1;Port=1;Username=nobody").Build();
        await using var stream = db.ListenAsync("one", Cancelled).GetAsyncEnumerator(Cancelled);
        var first = stream.MoveNextAsync().AsTask();
        await UntilAsync("it waits", () => Task.FromResult(db.Snapshot.Nodes[0].Reachability == NodeReachability.Unreachable));
        Assert.False(first.IsCompleted);
        await db.DisposeAsync();
        Assert.False(await first.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("left")]
    [InlineData("disposed")]
    public async Task End_LeavesNothingOnTheServer(string how)
    {
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(serving.Cluster)).Build();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await UntilAsync("nobody else listens", async () => await serving.Cluster["n1"].ScalarAsync<int>(Listening, Cancelled) == 0);
        await using (var stream = db.ListenAsync(["one", "two"], cancel.Token).GetAsyncEnumerator(Cancelled))
        {
            Assert.True(await stream.MoveNextAsync());
            Assert.Equal(1, await serving.Cluster["n1"].ScalarAsync<int>(Listening, Cancelled));
            if (how != "left")
            {
                var next = stream.MoveNextAsync().AsTask();
                await (how == "cancelled" ? cancel.CancelAsync() : db.DisposeAsync().AsTask());
                if (how == "cancelled")
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
                else
                    Assert.False(await next);
            }
        }

        await UntilAsync("its session has ended", async () => await serving.Cluster["n1"].ScalarAsync<int>(Listening, Cancelled) == 0);
    }

    [Fact]
    public async Task SessionTerminated_IsBegunAnewWithASignal()
    {
        await using var stream = serving.Db.ListenAsync("again", Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.True(await stream.MoveNextAsync());
        await NotifyAsync(serving.Db, "again", "before");
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal("before", stream.Current.Payload);
        var heard = TimeProvider.System.GetUtcNow();
        var next = stream.MoveNextAsync().AsTask();
        await serving.Cluster["n1"].ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{NodeSources.ListenApplication}' AND query LIKE '%again%'", Cancelled);
        Assert.True(await next);
        Assert.InRange(stream.Current.MissedSince!.Value, heard.AddSeconds(-5), heard);
        Assert.StartsWith("the connection to n1 was lost", stream.Current.Reason, StringComparison.Ordinal);
        await NotifyAsync(serving.Db, "again", "after");
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal("after", stream.Current.Payload);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("freeze")]
    [InlineData("switchover")]
    public async Task PrimaryChanges_GoesOnAtTheNewOneWithASignal(string how)
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        await UntilManagedAsync(db);
        await using var stream = db.ListenAsync("orders", Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.True(await stream.MoveNextAsync());
        var next = stream.MoveNextAsync().AsTask(); // a frozen server ends no connection: it must be noticed without it
        var startedAt = TimeProvider.System.GetTimestamp();
        await (how switch { "kill" => cluster["n1"].KillAsync(Cancelled), "freeze" => cluster["n1"].FreezeAsync(Cancelled), _ => db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled) });
        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancelled));
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: {TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds:0.00} s; {stream.Current.Reason}");
        Assert.NotNull(stream.Current.MissedSince);
        await NotifyAsync(db, "orders", "after");
        while (stream.Current.MissedSince is not null)
            Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled));
        Assert.Equal(("orders", "after"), (stream.Current.Channel, stream.Current.Payload));
        Assert.NotEqual("n1", db.Snapshot.Primary!.Name);
    }

    [Fact]
    public async Task NoPrimary_IsWaitedForAsByAnOpen()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        var options = ClusterOptions.Observe(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(1);
        await cluster["n1"].StopAsync(StopMode.Fast, Cancelled);
        await using var db = new HaDataSourceBuilder(options).Build();
        await using var stream = db.ListenAsync("orders", Cancelled).GetAsyncEnumerator(Cancelled);
        await Assert.ThrowsAsync<NoPrimaryException>(() => stream.MoveNextAsync().AsTask());
    }

    [Fact]
    public void BadChannels_AreToldAtOnce()
    {
        var db = serving.Db;
        Assert.StartsWith("No channel is given", Assert.Throws<ArgumentException>(() => db.ListenAsync([], Cancelled)).Message, StringComparison.Ordinal);
        Assert.Contains("must not be empty", Assert.Throws<ArgumentException>(() => db.ListenAsync(["a", ""], Cancelled)).Message, StringComparison.Ordinal);
        Assert.Contains("character 0", Assert.Throws<ArgumentException>(() => db.ListenAsync("a\0b", Cancelled)).Message, StringComparison.Ordinal);
        Assert.Contains("has 64 bytes", Assert.Throws<ArgumentException>(() => db.ListenAsync(new string('ä', 32), Cancelled)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => db.ListenAsync((string)null!, Cancelled));
    }

    private static async Task NotifyAsync(HaDataSource db, string channel, string payload)
    {
        await using var notify = db.CreateCommand("SELECT pg_notify($1, $2)");
        notify.Parameters.AddWithValue(channel);
        notify.Parameters.AddWithValue(payload);
        await notify.ExecuteNonQueryAsync(Cancelled);
    }
}
