using System.Text.RegularExpressions;
using HaConnect.Doctor;
using HaConnect.Failover.Slots;
using HaConnect.Probing;
using HaConnect.Testing;
using Npgsql;

namespace HaConnect.ClusterTests.Routing;

/// <summary><see cref="FailoverMode.Observe"/> with a user that has nothing but CONNECT.</summary>
public sealed partial class ObserveTests : ClusterTest
{
    /// <summary>What HaConnect's own sessions may run in this mode, to the letter. None of it changes anything.</summary>
    private static readonly HashSet<string> s_readOnly =
    [
        ProbeSql.Capabilities,
        .. from register in (bool[])[false, true] from terms in (bool[])[false, true] from counts in (bool[])[false, true] from pauses in (bool[])[false, true]
            select ProbeSql.Build(register, terms, counts, pauses),
        DoctorSql.ProcessId, DoctorSql.ReadServer, SlotSql.Read,
        AccessSql.Read, AccessSql.ReadRules, AccessSql.ReadMd5Roles, StateSql.Read, StateSql.ReadCollations, StateSql.Clock, SettingsSql.Read, SettingsSql.MayReadFiles, SettingsSql.ReadFiles,
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Observe_NotOneStatementChangesAnything_ByTheServersOwnLogs(bool asControlUser)
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["log_statement"] = "all", ["log_line_prefix"] = "%m [%p] %q%a " } });
        var options = ClusterOptions.Observe(cluster);
        if (asControlUser)
            (options.Failover.ControlUsername, options.Failover.ControlPassword) = (cluster.Control.User, cluster.Control.Password); // one that could
        await using (var db = new HaDataSourceBuilder(options).Build())
        {
            await using var workload = await Workload.StartAsync(db, writers: 2);
            var version = db.Snapshot.Version;
            await UntilAsync("some twenty probes, and reads and writes", async () =>
            {
                await using var read = await db.OpenReadConnectionAsync(Cancelled);
                await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_class", read);
                await command.ExecuteScalarAsync(Cancelled);
                return db.Snapshot.Version > version + 20 && workload.AckedCount > 50;
            });
            await db.Cluster.DiagnoseAsync(Cancelled);
            await workload.StopAsync();
            Assert.Empty(workload.Failed);
        }

        foreach (var node in cluster.Nodes)
        {
            var statements = OwnStatements(await node.ReadLogAsync(Cancelled)).ToList();
            Assert.Contains(ProbeSql.Capabilities, statements);
            Assert.Contains(DoctorSql.ReadServer, statements);
            Assert.Contains(SlotSql.Read, statements);
            Assert.True(statements.Count > 10);
            Assert.All(statements, s => Assert.Contains(s, s_readOnly));
        }
    }

    /// <summary>The statements of HaConnect's sessions, whole: a line that goes on begins with a tab. Prepared ones are logged with each execution.</summary>
    private static IEnumerable<string> OwnStatements(string log)
    {
        foreach (var entry in log.Replace("\n\t", "\v", StringComparison.Ordinal).Split('\n').Where(l => l.Contains("] haconnect-", StringComparison.Ordinal) && !l.Contains("] haconnect-testing ", StringComparison.Ordinal)))
        {
            var match = Statement().Match(entry);
            if (match.Success)
                yield return match.Groups["sql"].Value.Replace('\v', '\n');
            else
                Assert.Matches(" (DETAIL|FATAL|LOG:  could not receive data|LOG:  unexpected EOF)", entry); // no statement
        }
    }

    [GeneratedRegex(@"^[^]]+\] haconnect-\w+ LOG:  (statement|execute [^:]*): (?<sql>.*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Statement();

    [Fact]
    public async Task PromotionBySomebodyElse_IsFollowed()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { SynchronousStandbys = 0 });
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        await using var workload = await Workload.StartAsync(db, writers: 2);

        // Asynchronous: what has not come to n2 by then is lost, the workload's own table as well.
        await using (var standby = NpgsqlDataSource.Create(cluster.NodeConnectionString(cluster["n2"])))
        {
            await using var exists = standby.CreateCommand("SELECT to_regclass('writes') IS NOT NULL");
            await UntilAsync("the workload's table at n2", async () => (bool)(await exists.ExecuteScalarAsync(Cancelled))!);
        }

        await cluster["n1"].KillAsync(Cancelled);
        await cluster["n2"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        var promotedAt = TimeProvider.System.GetTimestamp();
        await UntilAsync("n2 as primary", () => Task.FromResult(db.Snapshot.Primary?.Name == "n2"));
        var followedAfter = TimeProvider.System.GetElapsedTime(promotedAt);
        TestContext.Current.TestOutputHelper?.WriteLine($"followed {followedAfter.TotalSeconds:0.000} s after the promotion; probes come every 0.25 s");
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
