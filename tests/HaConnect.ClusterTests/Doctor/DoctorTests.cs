using HaConnect.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaConnect.ClusterTests.Doctor;

/// <summary>What the diagnosis finds on real servers, and that its remedies, run as they stand, mend it.</summary>
public sealed class DoctorTests : ClusterTest
{
    [Fact]
    public async Task Diagnose_HealthyCluster_FindsNothing()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Witnesses = 1 });
        var options = ClusterOptions.Coordinate(cluster);
        await using var db = new HaDataSourceBuilder(options).Build();
        Assert.Empty(await ProblemsAsync(db));
    }

    [Fact]
    public async Task Diagnose_SettingsAndGrants_RemediesMendThem()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["wal_log_hints"] = "off", ["wal_keep_size"] = "0" } });
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        foreach (var node in (string[])["n1", "n2", "n3"])
            await MendAsync(cluster, db, FindingSeverity.Warning, node, $"{node} has wal_keep_size = 0");
        await MendAsync(cluster, db, FindingSeverity.Warning, "n2", "n2 has neither data checksums nor wal_log_hints = on");

        await cluster["n1"].ExecuteAsync("ALTER ROLE app SET synchronous_commit = off", Cancelled);
        await cluster["n1"].ExecuteAsync("CREATE ROLE \"Odd one\"", Cancelled);
        await cluster["n1"].ExecuteAsync("ALTER ROLE \"Odd one\" IN DATABASE app SET synchronous_commit = local", Cancelled);
        await cluster["n1"].ExecuteAsync("ALTER DATABASE app SET synchronous_commit = remote_write", Cancelled);
        await cluster["n1"].ExecuteAsync("ALTER ROLE ALL SET synchronous_commit = 'false'", Cancelled);
        await cluster["n1"].ExecuteAsync("ALTER ROLE postgres SET synchronous_commit = remote_apply", Cancelled); // waits for more
        await MendAsync(cluster, db, FindingSeverity.Warning, "n1", "role app has synchronous_commit = off: what its sessions commit is acked before a standby has flushed it");
        await MendAsync(cluster, db, FindingSeverity.Warning, "n1", "role \"Odd one\" in database app has synchronous_commit = local");
        await MendAsync(cluster, db, FindingSeverity.Warning, "n1", "database app has synchronous_commit = remote_write");
        await MendAsync(cluster, db, FindingSeverity.Warning, "n1", "every role (ALTER ROLE ALL) has synchronous_commit = false");

        await SetAsync(cluster["n3"], "restore_command", "cp /nowhere/%f %p");
        await MendAsync(cluster, db, FindingSeverity.Unsafe, "n3", "n3 has restore_command = 'cp /nowhere/%f %p'");
        await SetAsync(cluster["n1"], "synchronous_commit", "local");
        await MendAsync(cluster, db, FindingSeverity.Unsafe, "n1", "an ack would prove nothing: synchronous_commit = local");
        await SetAsync(cluster["n1"], "synchronous_standby_names", "*");
        await MendAsync(cluster, db, FindingSeverity.Unsafe, "n1", "n1 has synchronous_standby_names = '*'");

        await cluster["n1"].ExecuteAsync($"REVOKE EXECUTE ON FUNCTION pg_promote(boolean, integer) FROM {cluster.Control.User}", Cancelled);
        await cluster["n1"].ExecuteAsync($"REVOKE pg_signal_backend FROM {cluster.Control.User}", Cancelled);
        await MendAsync(cluster, db, FindingSeverity.Unsafe, "n1", "lacks privileges on n1");

        foreach (var node in (string[])["n1", "n3"])
            await MendAsync(cluster, db, FindingSeverity.Warning, node, $"{node} has neither data checksums");
        await UntilAsync("nothing to be found any more", async () => (await ProblemsAsync(db)).Count == 0);
    }

    [Fact]
    public async Task Diagnose_Replication_RemediesMendIt()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).Build();
        var conninfo = (await cluster["n3"].ScalarAsync<string>("SELECT current_setting('primary_conninfo')", Cancelled))!;
        await SetAsync(cluster["n3"], "primary_conninfo", conninfo.Replace("application_name=n3", "application_name=n2", StringComparison.Ordinal));
        var twins = await FindAsync(db, FindingSeverity.Warning, "n1", "2 connections replicate from n1 under the name n2");
        Assert.Contains("its own application_name in primary_conninfo", twins.Remedy, StringComparison.Ordinal);
        await FindAsync(db, FindingSeverity.Warning, "n1", "n3 is in synchronous_standby_names of n1 but does not stream from it");
        await FindAsync(db, FindingSeverity.Unsafe, "n3", "application_name=n2, but the node's name is n3");
        await SetAsync(cluster["n3"], "primary_conninfo", conninfo);
        await UntilAsync("names of their own again", async () => (await ProblemsAsync(db)).Count == 0);

        await cluster["n1"].ExecuteAsync("SELECT pg_create_physical_replication_slot('for_n3')", Cancelled);
        await SetAsync(cluster["n3"], "primary_slot_name", "for_n3");
        await MendAsync(cluster, db, FindingSeverity.Warning, "n2", "n3 has primary_slot_name = 'for_n3', and n2 has no such slot");

        // A running standby cannot be put below its primary, since it does not start; so the primary is raised, and its standbys stop replaying.
        await cluster["n1"].ExecuteAsync("ALTER SYSTEM SET max_connections = 120", Cancelled);
        await cluster["n1"].RestartAsync(cancellationToken: Cancelled);
        foreach (var node in (string[])["n2", "n3"])
            await MendAsync(cluster, db, FindingSeverity.Warning, node, $"{node} has max_connections = 100, less than the 120 of n1");

        await cluster["n2"].StopAsync(cancellationToken: Cancelled);
        var away = await FindAsync(db, FindingSeverity.Warning, "n2", "n2 could not be read, and no failover can count on it");
        Assert.Equal("start it, or mend the way to it", away.Remedy);
        await cluster["n2"].StartAsync(Cancelled);
        await UntilAsync("nothing to be found any more", async () => (await ProblemsAsync(db)).Count == 0);
    }

    [Fact]
    public async Task Diagnose_ObserverWithConnectAlone_SaysWhatItCannotSee()
    {
        var cluster = await StartClusterAsync();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Observe(cluster)).Build();
        var finding = Assert.Single(await ProblemsAsync(db));
        Assert.Equal((FindingSeverity.Warning, null), (finding.Severity, finding.Node));
        Assert.Contains("not everything could be seen as app, and what is wrong there is not told: which standbys replicate from n1", finding.Problem, StringComparison.Ordinal);
        await cluster["n1"].ExecuteAsync("ALTER ROLE app SET synchronous_commit = off", Cancelled);
        await FindAsync(db, FindingSeverity.Warning, "n1", "role app has synchronous_commit = off");
        await MendAsync(cluster, db, FindingSeverity.Warning, null, "not everything could be seen");
    }

    [Fact]
    public async Task Elected_Warnings_AreLoggedOnce()
    {
        var cluster = await StartClusterAsync();
        await cluster["n1"].ExecuteAsync("ALTER ROLE app SET synchronous_commit = off", Cancelled);
        var log = new FakeLogCollector();
        await using var db = new HaDataSourceBuilder(ClusterOptions.Coordinate(cluster)).UseLoggerFactory(LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)))).Build();
        await UntilManagedAsync(db);
        await UntilAsync("a logged finding", () => Task.FromResult(log.GetSnapshot().Any(r => r.Id.Id == 3006)));
        var seen = db.Snapshot.Version;
        await UntilAsync("many probes", () => Task.FromResult(db.Snapshot.Version > seen + 50));
        var record = Assert.Single(log.GetSnapshot(), r => r.Id.Id == 3006);
        Assert.Equal(LogLevel.Warning, record.Level);
        Assert.Equal(
            "role app has synchronous_commit = off: what its sessions commit is acked before a standby has flushed it, and can be lost in a failover. Remedy: run at the primary: ALTER ROLE app RESET synchronous_commit.", record.Message);
    }

    /// <summary>Waits for the finding, does what its remedy says, and waits until it is gone.</summary>
    private static async Task MendAsync(PostgresCluster cluster, HaDataSource db, FindingSeverity severity, string? node, string problem)
    {
        var finding = await FindAsync(db, severity, node, problem);
        TestContext.Current.TestOutputHelper?.WriteLine($"{finding.Severity} {finding.Node}: {finding.Problem}. Remedy: {finding.Remedy}");
        const string Primary = "run at the primary: ", There = "run there: ", Restart = "and restart it";
        Assert.True(finding.Remedy.StartsWith(Primary, StringComparison.Ordinal) || finding.Remedy.StartsWith(There, StringComparison.Ordinal), finding.Remedy);
        var isAtPrimary = finding.Remedy.StartsWith(Primary, StringComparison.Ordinal);
        var server = cluster[isAtPrimary ? "n1" : finding.Node!];
        foreach (var statement in finding.Remedy[(isAtPrimary ? Primary : There).Length..].Split("; "))
        {
            if (statement == Restart)
                await server.RestartAsync(cancellationToken: Cancelled);
            else
                await server.ExecuteAsync(statement, Cancelled);
        }

        await UntilAsync($"no finding any more that {problem}", async () => !(await db.Cluster.DiagnoseAsync(Cancelled)).Any(f => f.Problem.Contains(problem, StringComparison.Ordinal)));
    }

    private static async Task<IReadOnlyList<ClusterFinding>> ProblemsAsync(HaDataSource db) => [.. (await db.Cluster.DiagnoseAsync(Cancelled)).Where(f => f.Severity >= FindingSeverity.Warning)];

    private static async Task<ClusterFinding> FindAsync(HaDataSource db, FindingSeverity severity, string? node, string problem)
    {
        ClusterFinding? finding = null;
        await UntilAsync($"a finding that {problem}", async () =>
            (finding = (await db.Cluster.DiagnoseAsync(Cancelled)).FirstOrDefault(f => f.Severity == severity && f.Node == node && f.Problem.Contains(problem, StringComparison.Ordinal))) is not null);
        return finding!;
    }

    private static async Task SetAsync(PostgresNode node, string setting, string value)
    {
        await node.ExecuteAsync($"ALTER SYSTEM SET {setting} = '{value}'", Cancelled);
        await node.ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
    }
}
