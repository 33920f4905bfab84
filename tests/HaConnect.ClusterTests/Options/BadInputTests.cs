using HaConnect.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace HaConnect.ClusterTests.Options;

/// <summary>Each mistake gives one clear message that names the setting and the remedy, and nothing hangs beyond its deadline.</summary>
public sealed class BadInputTests : ClusterTest
{
    private static readonly TimeSpan HangBound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task UnknownHost_AmongGoodOnes_IsToldAndTheOthersServe()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        var options = ClusterOptions.Observe(cluster);
        options.Nodes.Add(new HaNodeOptions { Name = "n9", Host = "no-such-host.invalid" });
        var log = new FakeLogCollector();
        await using var db = Build(options, log);

        await using (var connection = await db.OpenConnectionAsync(Cancelled).AsTask().WaitAsync(HangBound, TimeProvider.System, Cancelled))
            Assert.Equal(cluster["n1"].Port, connection.Port);
        await UntilAsync("one error about n9", () => Task.FromResult(log.GetSnapshot().Any(r => r.Level == LogLevel.Error && r.Message.Contains("n9", StringComparison.Ordinal))));
        Assert.Single(log.GetSnapshot(), r => r.Level == LogLevel.Error);
    }

    [Fact]
    public async Task UnknownHost_Only_FailsAtOnceAndIsNotTransient()
    {
        await using var db = Build(new HaDatabaseOptions { ConnectionString = "Host=no-such-host.invalid;Username=app;Password=x" });
        var error = await Assert.ThrowsAsync<NoPrimaryException>(() => db.OpenConnectionAsync(Cancelled).AsTask().WaitAsync(HangBound, TimeProvider.System, Cancelled));
        Assert.False(error.IsTransient);
        Assert.Contains("Check Host", error.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-host.invalid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongPassword_FailsAtOnceAndNamesTheSetting()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        var options = ClusterOptions.Observe(cluster);
        options.ConnectionString = $"Username={cluster.Application.User};Password=wrong;Database=app";
        await using var db = Build(options);
        var error = await Assert.ThrowsAsync<NoPrimaryException>(() => db.OpenConnectionAsync(Cancelled).AsTask().WaitAsync(HangBound, TimeProvider.System, Cancelled));
        Assert.False(error.IsTransient);
        Assert.Contains("28P01", error.Message, StringComparison.Ordinal);
        Assert.Contains("Password", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongApplicationPassword_WithGoodControlUser_NamesTheNodeAndTheRemedy()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        var options = ClusterOptions.Observe(cluster);
        options.ConnectionString = $"Username={cluster.Application.User};Password=wrong;Database=app";
        options.Failover.ControlUsername = cluster.Control.User;
        options.Failover.ControlPassword = cluster.Control.Password;
        await using var db = Build(options);
        var error = await Assert.ThrowsAsync<HaConnectException>(() => db.OpenConnectionAsync(Cancelled).AsTask().WaitAsync(HangBound, TimeProvider.System, Cancelled));
        Assert.False(error.IsTransient);
        Assert.Contains("Node n1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Correct Username and Password in ConnectionString", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostsOfTwoClusters_AreRefusedByTheirIdentifiers()
    {
        var one = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        var other = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        var options = ClusterOptions.Observe(one);
        options.Nodes.Add(new HaNodeOptions { Name = "other", Host = other["n1"].Host, Port = other["n1"].Port });
        await other["n1"].ExecuteAsync($"CREATE ROLE twin LOGIN SUPERUSER PASSWORD '{one.Superuser.Password}'", Cancelled);
        await one["n1"].ExecuteAsync($"CREATE ROLE twin LOGIN SUPERUSER PASSWORD '{one.Superuser.Password}'", Cancelled);
        options.ConnectionString = $"Username=twin;Password={one.Superuser.Password};Database=postgres";
        await using var db = Build(options);
        var error = await Assert.ThrowsAsync<NoPrimaryException>(() => db.OpenConnectionAsync(Cancelled).AsTask().WaitAsync(HangBound, TimeProvider.System, Cancelled));
        Assert.False(error.IsTransient);
        Assert.Contains("different clusters", error.Message, StringComparison.Ordinal);
        Assert.Contains("n1", error.Message, StringComparison.Ordinal);
        Assert.Contains("other", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "names no host")]
    [InlineData("Host=;Username=app", "names no host")]
    [InlineData("Host=a:notaport", "ConnectionString cannot be read")]
    [InlineData("Host=a,b;Nonsense=1", "ConnectionString cannot be read")]
    [InlineData("Host=a,b;Target Session Attributes=primary", "Target Session Attributes")]
    public void ConnectionString_Wrong_IsRefusedWhenBuilt(string connectionString, string expected)
    {
        var error = Assert.Throws<OptionsValidationException>(() => new HaDataSourceBuilder(connectionString).Build());
        Assert.Contains(error.Failures, f => f.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void NegativeLag_IsRefusedWhenBuilt()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Host=a,b" };
        options.Routing.MaxReplicaLag = TimeSpan.FromSeconds(-1);
        var error = Assert.Throws<OptionsValidationException>(() => new HaDataSourceBuilder(options).Build());
        Assert.Contains(error.Failures, f => f.StartsWith("Routing.MaxReplicaLag is -00:00:01", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SingleNode_CoordinateIsRefused_ObserveServes()
    {
        var options = new HaDatabaseOptions { ConnectionString = "Host=a" };
        options.Failover.Mode = FailoverMode.Coordinate;
        options.Failover.Replication.Username = "replicator";
        var error = Assert.Throws<OptionsValidationException>(() => new HaDataSourceBuilder(options).Build());
        Assert.Contains(error.Failures, f => f.Contains("single node", StringComparison.Ordinal));

        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 0, SynchronousStandbys = 0 });
        await using var db = Build(ClusterOptions.Observe(cluster));
        await using var read = await db.OpenReadConnectionAsync(Cancelled);
        Assert.Equal(cluster["n1"].Port, read.Port);
    }

    [Fact]
    public async Task Coordinate_WithoutPrivileges_SaysWhatToGrantOnceAndChangesNothing()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.ControlUsername = options.Failover.ControlPassword = null;
        var log = new FakeLogCollector();
        await using var db = Build(options, log);
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("the refusal", () => Task.FromResult(log.GetSnapshot().Any(r => r.Message.Contains("does not coordinate", StringComparison.Ordinal))));

        var refusal = log.GetSnapshot().First(r => r.Message.Contains("does not coordinate", StringComparison.Ordinal)).Message;
        Assert.Contains("Failover.ControlUsername", refusal, StringComparison.Ordinal);
        Assert.Contains("GRANT EXECUTE ON FUNCTION pg_catalog.pg_promote(boolean, integer) TO app", refusal, StringComparison.Ordinal);
        Assert.False(await cluster["n1"].ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'haconnect')", Cancelled));
    }

    [Fact]
    public async Task Coordinate_SynchronousNamesDisagree_SaysTheStatementThatMendsIt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        var log = new FakeLogCollector();
        await using var db = Build(ClusterOptions.Coordinate(cluster, requiredSynchronousStandbys: 1), log);
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("the refusal", () => Task.FromResult(log.GetSnapshot().Any(r => r.Message.Contains("ALTER SYSTEM SET synchronous_standby_names", StringComparison.Ordinal))));
    }

    private static HaDataSource Build(HaDatabaseOptions options, FakeLogCollector? log = null) =>
        new HaDataSourceBuilder(options).UseLoggerFactory(LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log ?? new FakeLogCollector())))).Build();
}
