using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary><see cref="FailoverMode.Observe"/> with a user that has nothing but CONNECT.</summary>
public sealed class ObserveTests : ClusterTest
{
    [Fact]
    public async Task Observe_RunsNothingButProbes_ByTheServersOwnLogs()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["log_statement"] = "all", ["log_line_prefix"] = "%m [%p] %q%a " } });
        await using (var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build())
        {
            await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
            var version = db.Snapshot.Version;
            await UntilAsync("some twenty probes", () => Task.FromResult(db.Snapshot.Version > version + 20));
        }

        foreach (var node in cluster.Nodes)
        {
            var statements = (await node.ReadLogAsync(Cancelled)).Split('\n').Where(l => l.Contains("haconnect-probe", StringComparison.Ordinal) && (l.Contains(" statement: ", StringComparison.Ordinal) || l.Contains("execute ", StringComparison.Ordinal))).ToList();
            Assert.NotEmpty(statements);
            Assert.All(statements, s => Assert.Matches("(statement|execute [^:]*): SELECT ", s));
            Assert.DoesNotContain(statements, s => s.Contains("pg_promote", StringComparison.Ordinal) || s.Contains("pg_reload_conf", StringComparison.Ordinal) || s.Contains("advisory_lock", StringComparison.Ordinal) || s.Contains("terminate", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task PromotionBySomebodyElse_IsFollowed()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await using var workload = await Workload.StartAsync(db, writers: 2);
        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        await UntilAsync("n2 as primary", () => Task.FromResult(db.Snapshot.Primary?.Name == "n2"));
        var afterwards = workload.AckedCount + 50;
        await UntilAsync("further acked writes", () => Task.FromResult(workload.AckedCount >= afterwards));
        await workload.StopAsync();
        Assert.Empty(workload.Failed);

        // The old primary comes back by itself on the older timeline: never routed to.
        await cluster["n1"].StartAsync(Cancelled);
        await UntilAsync("n1 quarantined", () => Task.FromResult(db.Snapshot["n1"] is { Role: NodeRole.Primary, Reachability: NodeReachability.Reachable }));
        Assert.Equal("n2", db.Snapshot.Primary?.Name);
    }

    [Fact]
    public async Task StandbyReportedByThePrimary_ServesReads()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1, SynchronousStandbys = 0 });
        var (primary, standby) = (cluster["n1"], cluster["n2"]);
        var name = $"{standby.Host}:{standby.Port}";
        await standby.ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = 'host={primary.Host} port={primary.Port} user={cluster.Replication.User} password={cluster.Replication.Password} application_name={name}'", Cancelled);
        await standby.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);

        // Only the primary is listed; what it reports is visible to a monitoring user.
        var options = new HaDatabaseOptions { ConnectionString = $"Host={primary.Host}:{primary.Port};Username={cluster.Application.User};Password={cluster.Application.Password};Database=app" };
        options.Failover.ControlUsername = cluster.Control.User;
        options.Failover.ControlPassword = cluster.Control.Password;
        await using var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("the standby discovered and fresh", () => Task.FromResult(db.Snapshot[name]?.Lag is not null));
        await using var read = await db.OpenReadConnectionAsync(Cancelled);
        Assert.Equal(standby.Port, read.Port);
        await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery()", read);
        Assert.True((bool)(await command.ExecuteScalarAsync(Cancelled))!);
    }

    [Fact]
    public async Task FrozenPrimary_OpenFailsAtItsDeadlineWithEveryNodesReason()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Standbys = 1 });
        var options = ClusterOptions.Observe(cluster);
        options.Connections.WaitTimeout = TimeSpan.FromSeconds(3);
        await using var db = new HaDataSourceBuilder(options).Build();
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await cluster["n1"].FreezeAsync(Cancelled);
        await UntilAsync("n1 unreachable", () => Task.FromResult(db.Snapshot["n1"]!.Reachability == NodeReachability.Unreachable));

        var error = await Assert.ThrowsAsync<NoPrimaryException>(() => db.OpenConnectionAsync(Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled));
        Assert.True(error.IsTransient);
        Assert.Contains("n1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("n2: ", error.Message, StringComparison.Ordinal);
        await cluster["n1"].ThawAsync(Cancelled);
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
    }
}
