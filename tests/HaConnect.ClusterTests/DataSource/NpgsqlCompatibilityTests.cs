using HaConnect.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HaConnect.ClusterTests.DataSource;

/// <summary>Npgsql's own multi-host data source beside HaConnect's, from the services as a library would get it.</summary>
public sealed class NpgsqlCompatibilityTests : ClusterTest
{
    [Fact]
    public async Task Failover_IsFollowed()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        await using var services = Services(options);
        var db = services.GetRequiredService<HaDataSource>();
        var npgsql = services.GetRequiredService<NpgsqlDataSource>();
        await using (var early = npgsql.CreateCommand("SELECT pg_is_in_recovery()"))
            Assert.False((bool)(await early.ExecuteScalarAsync(Cancelled))!); // right after the start, when nothing was probed yet
        await UntilManagedAsync(db);
        await ExecuteAsync(npgsql, "CREATE TABLE written (id int PRIMARY KEY)");
        await using var bare = new NpgsqlDataSourceBuilder(options.ConnectionString) { ConnectionStringBuilder = { Host = string.Join(',', cluster.Nodes.Select(n => $"{n.Host}:{n.Port}")) } }.BuildMultiHost();
        var control = bare.WithTargetSession(TargetSessionAttributes.Primary);
        await ExecuteAsync(control, "INSERT INTO written VALUES (1)");
        await ExecuteAsync(npgsql, "INSERT INTO written VALUES (2)");

        await cluster["n1"].KillAsync(Cancelled);
        var (withHaConnect, without) = (FirstWriteAsync(npgsql, 10), FirstWriteAsync(control, 1000)); // both ask all the while, and remember what they saw
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
        var establishedAt = TimeProvider.System.GetTimestamp();
        var (followed, failed) = await withHaConnect.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancelled); // for a hang
        TestContext.Current.TestOutputHelper?.WriteLine($"first write {TimeProvider.System.GetElapsedTime(establishedAt, followed).TotalMilliseconds:0} ms after the successor was known, {failed} attempts failed");
        var (followedBare, failedBare) = await without.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine($"without HaConnect {TimeProvider.System.GetElapsedTime(establishedAt, followedBare).TotalMilliseconds:0} ms after it, {failedBare} attempts failed");
    }

    /// <summary>A primary that was left behind comes back by itself, and says of itself that it is one: Npgsql alone takes it.</summary>
    [Fact]
    public async Task OldPrimaryBack_IsNotTaken()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        await using var services = Services(options);
        var (db, npgsql) = (services.GetRequiredService<HaDataSource>(), services.GetRequiredService<NpgsqlDataSource>());
        await UntilManagedAsync(db);
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
        await cluster["n1"].StartAsync(Cancelled);
        await UntilAsync("the old primary is seen", () => Task.FromResult(db.Snapshot["n1"] is { Role: NodeRole.Primary, Reachability: NodeReachability.Reachable }));

        await using (var bare = new NpgsqlDataSourceBuilder(options.ConnectionString) { ConnectionStringBuilder = { Host = string.Join(',', cluster.Nodes.Select(n => $"{n.Host}:{n.Port}")) } }.BuildMultiHost())
        {
            await using var taken = await bare.WithTargetSession(TargetSessionAttributes.Primary).OpenConnectionAsync(Cancelled);
            Assert.Equal(cluster["n1"].Port, taken.Port);
        }

        for (var i = 0; i < 20; i++)
        {
            await using var connection = i % 2 == 0 ? await npgsql.OpenConnectionAsync(Cancelled) : npgsql.OpenConnection();
            Assert.Equal(cluster[db.Snapshot.Primary!.Name].Port, connection.Port);
            NpgsqlConnection.ClearPool(connection); // so that each is a new one
        }
    }

    /// <summary>The former primary lives, is not in recovery and refuses writes: an idle connection to it would be handed out again and again.</summary>
    [Fact]
    public async Task Switchover_IdleConnectionsToTheFormerPrimaryAreDropped()
    {
        var cluster = await StartClusterAsync();
        await using var services = Services(ClusterOptions.Coordinate(cluster));
        var (db, npgsql) = (services.GetRequiredService<HaDataSource>(), services.GetRequiredService<NpgsqlDataSource>());
        await UntilManagedAsync(db);
        await ExecuteAsync(npgsql, "CREATE TABLE written (id int PRIMARY KEY)");
        var result = await db.Cluster.SwitchoverAsync("n2", cancellationToken: Cancelled);
        Assert.True(result.Succeeded);
        var (_, failed) = await FirstWriteAsync(npgsql, 1).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine($"{failed} attempts failed after the switchover");
        Assert.False(await cluster["n1"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
        for (var i = 0; i < 20; i++)
            await ExecuteAsync(npgsql, $"INSERT INTO written VALUES ({1000 + i})");
    }

    [Fact]
    public async Task MajorityLost_NothingNewIsOpened()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var options = ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: 0);
        options.Failover.WithoutMajority.Timeout = TimeSpan.FromSeconds(2);
        await using var services = Services(options);
        var (db, npgsql) = (services.GetRequiredService<HaDataSource>(), services.GetRequiredService<NpgsqlDataSource>());
        await UntilManagedAsync(db);
        await using var inHands = await npgsql.OpenConnectionAsync(Cancelled);
        await (await npgsql.OpenConnectionAsync(Cancelled)).DisposeAsync(); // one that is idle
        await Task.WhenAll(cluster["n2"].KillAsync(Cancelled), cluster["n3"].KillAsync(Cancelled));
        await UntilAsync("the loss of the majority", () => Task.FromResult(db.Snapshot.IsWithoutMajority));
        await UntilAsync("no connection can be had", async () =>
        {
            try
            {
                await (await npgsql.OpenConnectionAsync(Cancelled)).DisposeAsync();
                return false;
            }
            catch (NpgsqlException)
            {
                return true;
            }
        });
        await Assert.ThrowsAsync<NpgsqlException>(() => npgsql.OpenConnectionAsync(Cancelled).AsTask());
        await using var goesOn = new NpgsqlCommand("CREATE TABLE written_in_hands ()", inHands);
        await goesOn.ExecuteNonQueryAsync(Cancelled);
    }

    [Fact]
    public async Task Registration_TakesTheDelegate_GivesWayAndHasAKeyedTwin()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var options = ClusterOptions.Observe(cluster);
        await using var own = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n2"]));
        var services = new ServiceCollection().AddSingleton(own);
        services.AddHaDatabase(o => Copy(options, o)).AddNpgsqlCompatibility();
        services.AddKeyedHaDatabase("keyed", o => Copy(options, o)).ConfigureDataSource((_, b) => b.ConnectionStringBuilder.SearchPath = "elsewhere").AddNpgsqlCompatibility();
        await using var provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<NpgsqlDataSource>());
        var keyed = provider.GetRequiredKeyedService<NpgsqlDataSource>("keyed");
        await using (var show = keyed.CreateCommand("SHOW search_path"))
            Assert.Equal("elsewhere", await show.ExecuteScalarAsync(Cancelled));
        Assert.Same(keyed, provider.GetRequiredKeyedService<NpgsqlDataSource>("keyed"));
    }

    private static ServiceProvider Services(HaDatabaseOptions options)
    {
        var services = new ServiceCollection();
        services.AddHaDatabase(o => Copy(options, o)).AddNpgsqlCompatibility();
        return services.BuildServiceProvider();
    }

    private static void Copy(HaDatabaseOptions from, HaDatabaseOptions to)
    {
        to.ConnectionString = from.ConnectionString;
        foreach (var node in from.Nodes)
            to.Nodes.Add(node);
        to.Routing.MaxReplicaLag = from.Routing.MaxReplicaLag;
        to.Failover.Mode = from.Failover.Mode;
        to.Failover.ControlUsername = from.Failover.ControlUsername;
        to.Failover.ControlPassword = from.Failover.ControlPassword;
        to.Failover.RequiredSynchronousStandbys = from.Failover.RequiredSynchronousStandbys;
        to.Failover.Replication.Username = from.Failover.Replication.Username;
        to.Failover.Replication.Password = from.Failover.Replication.Password;
        to.Failover.WithoutMajority.Timeout = from.Failover.WithoutMajority.Timeout;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    /// <summary>When the first write succeeded, and how many attempts had failed before.</summary>
    private static async Task<(long At, int Failed)> FirstWriteAsync(NpgsqlDataSource source, int id)
    {
        for (var failed = 0; ; failed++)
        {
            try
            {
                await ExecuteAsync(source, $"INSERT INTO written VALUES ({id + failed})");
                return (TimeProvider.System.GetTimestamp(), failed);
            }
            catch (NpgsqlException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
            }
        }
    }
}
