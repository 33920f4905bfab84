using System.Runtime.Versioning;
using HaConnect.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaConnect.ClusterTests.Failover;

/// <summary>What keeps a coordinator from acting, although it could.</summary>
public sealed class GuardTests : ClusterTest
{
    private readonly RecordingAuditSink _audit = new();
    private readonly FakeLogCollector _log = new();

    [Fact]
    public async Task AllNodesRestarted_StandbysFirst_OldPrimaryKeepsItsRole()
    {
        var cluster = await StartClusterAsync();
        await using var db = Build(ClusterOptions.Coordinate(cluster));
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= 100));
        await RestartStandbysWithoutPrimaryAsync(cluster, db);

        // Probed again and again, both standbys hear nothing of the primary, which refuses connections: and still it is waited for.
        var seen = db.Snapshot.Version;
        await UntilAsync("many probes", () => Task.FromResult(db.Snapshot.Version > seen + 100));
        await cluster["n1"].StartAsync(Cancelled);
        var acked = workload.AckedCount;
        await UntilAsync("further acked writes", () => Task.FromResult(workload.AckedCount >= acked + 100));
        await workload.StopAsync();

        Assert.Equal(("n1", 1L), (db.Snapshot.Primary!.Name, db.Snapshot.Term!.Value));
        Assert.DoesNotContain(_audit.Records, r => r.Sentence.StartsWith("detected:", StringComparison.Ordinal));
        Assert.Empty(workload.Failed);
        Assert.Empty(await workload.MissingAsync(cluster.NodeConnectionString(cluster["n1"])));
    }

    [Fact]
    public async Task AllNodesRestarted_PrimaryStaysAway_IsFailedOverAfterTheGrace()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.StartupGrace = TimeSpan.FromSeconds(4);
        await using var db = Build(options);
        await UntilManagedAsync(db);
        await RestartStandbysWithoutPrimaryAsync(cluster, db);
        var start = TimeProvider.System.GetTimestamp();
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary.Name: "n2" or "n3" }));
        TestContext.Current.TestOutputHelper?.WriteLine($"failed over {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s after the standbys were seen again");
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task TooManyFailovers_NextIsRefusedUntilTheWindowHasPassed()
    {
        var cluster = await StartClusterAsync();
        var options = ClusterOptions.Coordinate(cluster);
        options.Failover.MaxFailovers = 1;
        options.Failover.FailoverWindow = TimeSpan.FromSeconds(20);
        await using var db = Build(options);
        await UntilManagedAsync(db);
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("a successor", () => Task.FromResult(db.Snapshot is { Term: 2, Primary: not null }));
        await cluster.RejoinAsync(cluster["n1"], Cancelled);
        await UntilAsync("the old primary as a standby", () => Task.FromResult(db.Snapshot["n1"] is { Role: NodeRole.Standby, Lag: not null }));

        var second = cluster[db.Snapshot.Primary!.Name];
        var first = await second.ScalarAsync<DateTime>("SELECT at FROM haconnect.term WHERE term = 2", Cancelled);
        await second.KillAsync(Cancelled);
        await UntilAsync("another successor", () => Task.FromResult(db.Snapshot.Primary is { } p && p.Name != second.Name && db.Snapshot.Term > 2), TimeSpan.FromSeconds(60));

        var refusal = Assert.Single(_audit.Records, r => r.Sentence.StartsWith("failover refused", StringComparison.Ordinal));
        Assert.Contains($"Failover.MaxFailovers = 1 within Failover.FailoverWindow = 00:00:20 is reached; the next failover is possible at {first.AddSeconds(20):u}", refusal.Sentence, StringComparison.Ordinal);
        var at = await cluster[db.Snapshot.Primary!.Name].ScalarAsync<DateTime>("SELECT max(at) FROM haconnect.term", Cancelled);
        TestContext.Current.TestOutputHelper?.WriteLine($"{refusal.Sentence}; failed over again {(at - first).TotalSeconds:0.0} s after the first");
        Assert.InRange(at - first, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task StandbysCutFromThePrimary_CommitsWaitAndNothingIsDone()
    {
        var cluster = await StartClusterAsync();
        await using var db = Build(ClusterOptions.Coordinate(cluster));
        await UntilManagedAsync(db);
        await cluster["n1"].ExecuteAsync("CREATE TABLE waits (id int)", Cancelled);
        await Task.WhenAll(cluster["n2"].BlockReplicationAsync(Cancelled), cluster["n3"].BlockReplicationAsync(Cancelled));
        await UntilAsync("a stall", () => Task.FromResult(db.Snapshot.IsReplicationStalled));
        var write = cluster["n1"].ExecuteAsync("INSERT INTO waits VALUES (1)", Cancelled);
        var seen = db.Snapshot.Version;
        await UntilAsync("many probes", () => Task.FromResult(db.Snapshot.Version > seen + 50));
        Assert.False(write.IsCompleted);
        Assert.Equal(("n1", 1L), (db.Snapshot.Primary!.Name, db.Snapshot.Term!.Value));
        Assert.Contains("1 of n2, n3 must flush them, but none streams", db.Snapshot.Primary.Reason, StringComparison.Ordinal);
        Assert.Equal("ANY 1 (\"n2\",\"n3\")", await cluster["n1"].ScalarAsync<string>("SHOW synchronous_standby_names", Cancelled));

        await cluster["n3"].UnblockReplicationAsync(Cancelled);
        await write;
        await UntilAsync("the end of the stall", () => Task.FromResult(!db.Snapshot.IsReplicationStalled));
        Assert.DoesNotContain(_audit.Records, r => r.Sentence.StartsWith("detected:", StringComparison.Ordinal));
        Assert.Equal([1007, 1008], _log.GetSnapshot().Select(r => r.Id.Id).Where(id => id is 1007 or 1008));
    }

    /// <summary>Servers started as Patroni starts them: their programs are called through a folder of links and one wrapper.</summary>
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task ServersOfPatroni_PrimaryKilled_NothingIsWritten()
    {
        string programs;
        await using (var plain = await PostgresCluster.StartAsync(new PostgresClusterOptions { Standbys = 0 }, Cancelled))
            programs = (await plain["n1"].ScalarAsync<string>("SELECT setting FROM pg_config WHERE name = 'BINDIR'", Cancelled))!;
        Assert.SkipUnless(Directory.Exists(programs), "the server's programs are not on this machine");
        var folder = Directory.CreateTempSubdirectory("haconnect-patroni-");
        try
        {
            WrapAsPatroniDoes(programs, folder);
            var cluster = await StartClusterAsync(new PostgresClusterOptions { BinDirectory = folder.FullName, Settings = { ["log_statement"] = "mod" } });
            await using var db = Build(ClusterOptions.Coordinate(cluster));
            await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
            await UntilAsync("the refusal", () => Task.FromResult(Refusal() is not null));
            Assert.Contains("is managed by Patroni (on the server's command line it sets cluster_name, hot_standby, max_locks_per_transaction, track_commit_timestamp, wal_log_hints)", Refusal(), StringComparison.Ordinal);

            await cluster["n1"].KillAsync(Cancelled);
            var seen = db.Snapshot.Version;
            await UntilAsync("many probes", () => Task.FromResult(db.Snapshot.Version > seen + 100));
            Assert.All(await Task.WhenAll(((string[])["n2", "n3"]).Select(n => cluster[n].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled))), Assert.True);
            foreach (var node in cluster.Nodes)
                Assert.DoesNotContain((await node.ReadLogAsync(Cancelled)).Split('\n'), l => l.Contains(" haconnect", StringComparison.Ordinal) && l.Contains(" LOG: ", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task DefaultReceiverTimeout_IsRefusedWithTheStatementThatMendsIt()
    {
        var cluster = await StartClusterAsync(new PostgresClusterOptions { Settings = { ["wal_receiver_timeout"] = "60s" } });
        await using var db = Build(ClusterOptions.Coordinate(cluster));
        await (await db.OpenConnectionAsync(Cancelled)).DisposeAsync();
        await UntilAsync("the refusal", () => Task.FromResult(Refusal() is not null));
        Assert.Contains("n2 has wal_receiver_timeout = 60 s", Refusal(), StringComparison.Ordinal);
        foreach (var node in (string[])["n2", "n3"])
        {
            await cluster[node].ExecuteAsync("ALTER SYSTEM SET wal_receiver_timeout = '2s'", Cancelled);
            await cluster[node].ExecuteAsync("SELECT pg_reload_conf()", Cancelled);
        }

        await UntilAsync("term 1", () => Task.FromResult(db.Snapshot is { Term: 1, Primary: not null }));
    }

    [Fact]
    public async Task StandbyPromotedByHand_IsToldAndLeftAlone()
    {
        var cluster = await StartClusterAsync();
        await using var db = Build(ClusterOptions.Coordinate(cluster));
        await UntilManagedAsync(db);
        await using var workload = await Workload.StartAsync(db);
        await UntilAsync("100 acked writes", () => Task.FromResult(workload.AckedCount >= 100));
        var told = _audit.Records.Count;
        await cluster["n2"].ExecuteAsync("SELECT pg_promote()", Cancelled);
        await UntilAsync("a fork", () => Task.FromResult(db.Snapshot["n2"]!.Reason.StartsWith("quarantined: a fork. It is out of recovery on timeline 2, but term 1 belongs to n1: it was promoted by hand", StringComparison.Ordinal)));
        var (seen, acked) = (db.Snapshot.Version, workload.AckedCount);
        await UntilAsync("many probes and acked writes", () => Task.FromResult(db.Snapshot.Version > seen + 50 && workload.AckedCount > acked + 100));
        await workload.StopAsync();

        Assert.Equal(("n1", 1L, false), (db.Snapshot.Primary!.Name, db.Snapshot.Term!.Value, db.Snapshot.IsReplicationStalled));
        Assert.Contains("from a new base backup", Assert.Single(_log.GetSnapshot(), r => r.Id.Id == 1006).Message, StringComparison.Ordinal);
        Assert.Equal(told, _audit.Records.Count);
        Assert.False(await cluster["n2"].ScalarAsync<bool>("SELECT pg_is_in_recovery()", Cancelled));
        Assert.Empty(workload.Failed);
    }

    [UnsupportedOSPlatform("windows")]
    private static void WrapAsPatroniDoes(string programs, DirectoryInfo folder)
    {
        const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(folder.FullName, Everybody | UnixFileMode.UserWrite);
        foreach (var program in Directory.GetFiles(programs).Where(p => Path.GetFileName(p) != "postgres"))
            File.CreateSymbolicLink(Path.Combine(folder.FullName, Path.GetFileName(program)), program);
        var wrapper = Path.Combine(folder.FullName, "postgres");
        File.WriteAllText(wrapper, $"""
            #!/bin/sh
            case "$1" in -D) set -- "$@" --cluster_name=patroni --wal_level=replica --hot_standby=on --max_locks_per_transaction=64 --track_commit_timestamp=off --wal_log_hints=on ;; esac
            exec '{programs}/postgres' "$@"

            """);
        File.SetUnixFileMode(wrapper, Everybody);
    }

    private string? Refusal() => _log.GetSnapshot().FirstOrDefault(r => r.Message.Contains("does not coordinate", StringComparison.Ordinal))?.Message;

    private static async Task RestartStandbysWithoutPrimaryAsync(PostgresCluster cluster, HaDataSource db)
    {
        await cluster["n2"].KillAsync(Cancelled);
        await cluster["n3"].KillAsync(Cancelled);
        await cluster["n1"].KillAsync(Cancelled);
        await UntilAsync("all seen as away", () => Task.FromResult(db.Snapshot.Nodes.All(n => n.Reachability == NodeReachability.Unreachable)));
        await Task.WhenAll(cluster["n2"].StartAsync(Cancelled), cluster["n3"].StartAsync(Cancelled));
        await UntilAsync("the standbys seen again", () => Task.FromResult(db.Snapshot.Nodes.Count(n => n is { Role: NodeRole.Standby, Reachability: NodeReachability.Reachable }) == 2));
    }

    private HaDataSource Build(HaDatabaseOptions options) =>
        new HaDataSourceBuilder(options).UseLoggerFactory(LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(_log)))).AddAuditSink(_audit).Build();
}
